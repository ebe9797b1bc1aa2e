from . import test_channels
from . import test_engine_on_queue_job
from . import test_lanes_on_queue_job
from . import test_two_processes
