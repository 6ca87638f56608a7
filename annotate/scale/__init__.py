"""One pure function over partitions of any collection: here, in processes, on Dask."""
