"""A few kills of each command; the script beside this makes any number of them."""

from __future__ import annotations

import pytest

from tests.reliability.kill_nine import (
    Campaigns,
    environ_of,
    kill_often,
    local_works,
)

KILLS = 2


@pytest.mark.slow
def test_killed_commands_leave_no_torn_file_and_the_next_run_completes(tmp_path):
    for work in local_works(tmp_path):
        tally = kill_often(work, KILLS, folder=tmp_path / work.name, seed=1, environ={})
        assert tally.faults == []
        assert tally.kills == KILLS


@pytest.mark.studio
def test_killed_campaign_commands_lose_and_double_nothing(
    studio, studio_settings, tmp_path
):
    for work in Campaigns(tmp_path, studio_settings, studio).works():
        tally = kill_often(
            work,
            KILLS,
            folder=tmp_path / work.name,
            seed=1,
            environ=environ_of(studio_settings),
        )
        assert tally.faults == []
        assert tally.kills == KILLS
