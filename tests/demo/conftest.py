"""The runtime of the browser, which is no part of the package."""

import pytest

from semst_tf.demo.browser_runtime import browser_runtime


@pytest.fixture(scope="session")
def runtime():
    """The runtime's files; downloaded if they are not cached yet."""
    try:
        return browser_runtime()
    except ValueError as error:
        pytest.skip(f"there is no runtime to test the page with: {error}")
