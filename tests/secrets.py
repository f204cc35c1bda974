"""The secrets of the test suite. Fixed, so that failures can be repeated; used nowhere else."""

import base64

TEST_SECRETS = {
    "SECRET_KEY": "a-secret-key-for-tests-only-" + "x" * 40,
    "BROKER_ENCRYPTION_KEY": base64.urlsafe_b64encode(b"test-key" * 4).decode(),
    "CLI_SYNC_SECRET": "a-cli-sync-secret-for-tests-only-" + "y" * 32,
}
