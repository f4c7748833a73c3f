import pytest
from hydra.errors import InstantiationException
from omegaconf.errors import ConfigKeyError

from agents import command
from hft_gym.errors import InputError


@pytest.fixture(autouse=True)
def _no_stack_traces(monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")


def raising(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize("error", [InputError("a\nb"), ConfigKeyError("a\n  b"), ValueError("x")])
def test_bad_input_is_one_line_and_status_2(error, capsys):
    if isinstance(error, ValueError):
        with pytest.raises(ValueError, match="x"):  # a fault of ours keeps its stack trace
            command.command_line(raising(error))()
        return
    with pytest.raises(SystemExit) as ended:
        command.command_line(raising(error))()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: a b\n"


def test_ctrl_c_is_status_130(capsys):
    with pytest.raises(SystemExit) as ended:
        command.command_line(raising(KeyboardInterrupt()))()
    assert ended.value.code == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_an_error_inside_a_constructor_shows_its_own_message():
    outer = InstantiationException("Error in call to target")
    outer.__cause__ = InputError("no such file: x")
    assert command.one_line(outer) == "no such file: x"


def test_hydras_pages_become_one_line():
    text = (
        "Could not find 'agent/x'\n\nAvailable options in 'agent':\n\tppo\nConfig search path:\n\t"
    )
    assert command.one_line(InstantiationException(text)) == (
        "Could not find 'agent/x' Available options in 'agent': ppo"
    )


def test_full_errors_on_request(monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    with pytest.raises(InputError):
        command.command_line(raising(InputError("x")))()
