"""What one can set, meet or measure cannot be added without being documented."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from claudemesh_wire import broker, client
from claudemesh_wire.errors import ERRORS
from prometheus_client.metrics import MetricWrapperBase

from accounts import metrics as account_metrics
from emails import metrics as mail_metrics
from presence import metrics

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", re.MULTILINE)


def environment_variables() -> set[str]:
    """Every NAME that settings.py reads with `env.<type>("NAME")`, and ENV_FILE."""
    tree = ast.parse((REPOSITORY / "claudemesh" / "settings.py").read_text())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {"ENV_FILE"} | {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def documented(path: str) -> set[str]:
    """The names in backquotes that begin the rows of the tables in a document."""
    text = (REPOSITORY / path).read_text()
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def requirements() -> set[str]:
    """Every package pinned in the requirements files."""
    files = (REPOSITORY / name for name in ("requirements.txt", "requirements-dev.txt"))
    return {name for file in files for name in REQUIREMENT.findall(file.read_text())}


def test_settings_were_found() -> None:
    assert {"SECRET_KEY", "MAX_MESSAGE_BYTES", "DATABASE_URL", "EMAIL_URL"} <= (
        environment_variables()
    )


def test_every_setting_is_documented_and_no_other() -> None:
    assert documented("docs/configuration.md") == environment_variables()


def test_env_example_names_every_setting() -> None:
    text = (REPOSITORY / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE))
    assert named == environment_variables() - {"ENV_FILE"}


def test_every_dependency_is_explained_and_no_other() -> None:
    assert documented("docs/dependencies.md") == requirements()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (REPOSITORY / name).read_text().splitlines()
    loose = [
        line
        for line in lines
        if line and not line.startswith(("#", "-r", "./")) and "==" not in line
    ]
    assert loose == []


def test_every_error_code_is_documented_and_no_other() -> None:
    assert documented("docs/errors.md") == set(ERRORS)


@pytest.mark.parametrize("union", [client.ClientMessage, broker.BrokerMessage])
def test_every_message_type_is_documented(union: object) -> None:
    text = (REPOSITORY / "docs" / "protocol.md").read_text()
    tags = {struct.__struct_config__.tag for struct in get_args(union)}
    assert len(tags) > 10
    assert {tag for tag in tags if f"`{tag}" not in text} == set()


def test_every_metric_is_documented_and_no_other() -> None:
    ours = (
        value
        for module in (metrics, mail_metrics, account_metrics)
        for value in vars(module).values()
        if isinstance(value, MetricWrapperBase)
    )
    names = {
        family.name + ("_total" if family.type == "counter" else "")
        for metric in ours
        for family in metric.collect()
    }
    assert documented("docs/metrics.md") == names
