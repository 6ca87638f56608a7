"""The soak of the script beside this, for a few rounds."""

from __future__ import annotations

import pytest

from tests.reliability.soak import READERS, Soak, Soaked


@pytest.mark.studio
def test_four_users_work_at_once_and_every_count_agrees(
    studio, studio_settings, tmp_path
):
    done = Soak(tmp_path, studio_settings, studio).run(20, told=lambda _: None)
    assert done.rounds >= 2
    assert done.annotations == done.documents * len(READERS)


def test_memory_that_grows_is_told_from_memory_that_does_not():
    done = Soaked()
    assert done.is_flat([200, 300, 301, 299, 303, 300, 302, 301])
    assert not done.is_flat([200, 300, 320, 340, 360, 380, 400, 420])
