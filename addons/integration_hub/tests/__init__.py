from . import test_client_base, test_credentials, test_engine
