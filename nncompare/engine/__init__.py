"""The engine: a Dask scheduler with its queue, worker processes, and the kernel's connection to them."""
