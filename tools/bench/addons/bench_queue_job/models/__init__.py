from . import bench_empty
