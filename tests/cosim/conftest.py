"""Tests of what others built as native code run in a process of their own: what it leaves behind ends with it."""

import os
import pickle
import traceback

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is marked `foreign` in a fork of this process."""
    if pyfuncitem.get_closest_marker("foreign") is None:
        return None
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tell, pickle.dumps(_outcome(pyfuncitem)))
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if not answer:
        pytest.fail(f"the process ended with {os.waitstatus_to_exitcode(status)}", pytrace=False)
    skipped, text = pickle.loads(answer)
    if skipped:
        pytest.skip(text)
    if text:
        pytest.fail(text, pytrace=False)
    return True


def _outcome(item: pytest.Function) -> tuple[bool, str]:
    """Whether the test was skipped, and what there is to tell."""
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    try:
        item.obj(**arguments)
    except pytest.skip.Exception as reason:
        return True, str(reason)
    except BaseException:
        return False, traceback.format_exc()[-4000:]
    return False, ""
