"""What is wrong ends in one message, which says what, where, and what mends it; and nothing is half done."""

import json
import re
import shutil

import botocore.session
import pytest
from accounts import REGION, SECONDARY
from bad_input import AFTER, BEFORE, DEPLOY, ELSEWHERE, EVERYTHING, PRIMARY_WRONG, ZIPS, Bad
from botocore.config import Config
from deployment_world import opened
from inventory import leftovers
from policies import allow, document
from waiting import until

# As Rust shows what was never meant for people.
DEBUG = re.compile(r"panicked|Error(\(| \{)")


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def empty(world):
    world.empty(EVERYTHING)
    profile(world, "unknown", "AKIAAAAAAAAAAAAAAAAA", "any")
    # AWS has none that short, and so botocore would not ask for it.
    unchecked = Config(parameter_validation=False)
    keys = {"aws_access_key_id": SECONDARY, "aws_secret_access_key": "any"}
    sts = botocore.session.get_session().create_client(
        "sts", region_name=REGION, endpoint_url=world.ministack.endpoint, config=unchecked, **keys
    )
    over = sts.get_session_token(DurationSeconds=0)["Credentials"]
    profile(world, "expired", over["AccessKeyId"], over["SecretAccessKey"], over["SessionToken"])
    return world


def profile(world, name, key, secret, token=None):
    with (world.command.folder / "credentials").open("a") as profiles:
        profiles.write(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
        profiles.write(f"aws_session_token = {token}\n" if token else "")


@pytest.fixture(scope="module")
def deployed(world):
    world.empty(EVERYTHING)
    world.deploy()
    return world


def cases(bad):
    return [pytest.param(case, id=name) for name, case in bad.items()]


@pytest.mark.parametrize("bad", cases(BEFORE))
def test_before_the_first_deploy(empty, bad):
    tried(empty, bad)


@pytest.mark.parametrize("bad", cases(AFTER))
def test_after_a_deploy(deployed, bad):
    tried(deployed, bad)


def tried(world, bad):
    """Runs the command and holds what it says and does against what it must."""
    world.command.config.write_text(bad.config)
    before = {name: set(map(str, leftovers(account))) for name, account in world.accounts.items()}
    arguments = [zips(world, bad) if argument is ZIPS else argument for argument in bad.arguments]
    ended = world.command.run(*arguments, code=bad.code, **bad.environment)
    message, cure = told(ended)
    for part in bad.message:
        assert part in message, ended.answer
    for part in bad.cure:
        assert part in cure, ended.answer
    assert "\n" not in message, message
    assert flat(ended.errors).count(flat(message)) == 1, ended.errors
    assert not DEBUG.search(ended.errors), ended.errors
    assert world.command.config.read_text() == bad.config
    after = {name: set(map(str, leftovers(account))) for name, account in world.accounts.items()}
    assert after == before


def flat(text):
    """Without the line breaks that are for reading only."""
    return " ".join(text.split())


def zips(world, bad):
    if bad.recount_zip is None:
        return world.light
    folder = world.command.folder / "zips"
    shutil.copytree(world.light, folder, dirs_exist_ok=True)
    (folder / "recount.zip").write_bytes(bad.recount_zip)
    return folder


def told(ended):
    """A mistake of the file is told as `tendlc check` tells it."""
    if "mistakes" in ended.answer:
        [mistake] = ended.answer["mistakes"]
        assert mistake["line"] and mistake["file"].endswith("tendlc.toml")
        return mistake["what"], mistake["cure"]
    error = ended.answer["error"]
    return error["message"], error.get("cure", "")


def first_change(config):
    """The line at which a file is otherwise than the one that is right."""
    pairs = zip(EVERYTHING.splitlines(), config.splitlines(), strict=True)
    return next(number for number, (right, wrong) in enumerate(pairs, 1) if right != wrong)


def is_paused(world):
    key = {"pk": {"S": "K#order-updates"}}
    return world.accounts["primary"].dynamodb.get_item(TableName="tendlc", Key=key)["Item"]["paused"]["BOOL"]


def is_revoked(world, grant):
    stack = f"tendlc-grant-{grant}"
    [stack] = world.accounts["primary"].cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {"ParameterKey": "Revoked", "ParameterValue": "true"} in stack["Parameters"]


@pytest.mark.parametrize("config", cases(PRIMARY_WRONG))
def test_what_cannot_wait_is_refused_where_it_could_meet_another_primary(deployed, config):
    deployed.command.config.write_text(config)
    for verb in ("pause --all --yes", "resume --all --yes", "revoke checkout --yes", "usage"):
        [mistake] = deployed.command.run(*verb.split(), code=1).answer["mistakes"]
        assert mistake["path"].startswith("primaries.main") and mistake["line"] == first_change(config), mistake
        assert not is_paused(deployed) and not is_revoked(deployed, "checkout"), verb


@pytest.mark.parametrize("config, grant", [pytest.param(*case, id=name) for name, case in ELSEWHERE.items()])
def test_what_cannot_wait_is_done_whatever_is_wrong_elsewhere(deployed, config, grant):
    deployed.command.config.write_text(config)
    mistake = f"tendlc.toml:{first_change(config)}: grants.checkout."

    def done(*arguments):
        ended = deployed.command.run(*arguments)
        assert flat(ended.errors).count(mistake) == 1, ended.errors
        return ended.answer

    done("pause", "--all", "--yes")
    assert is_paused(deployed)
    done("resume", "--all", "--yes")
    assert not is_paused(deployed)
    assert [used["grant"] for used in done("usage")["grants"]] == ["checkout", "newsletter"]
    assert not is_revoked(deployed, grant)
    done("revoke", grant, "--yes")
    assert is_revoked(deployed, grant)


def test_a_file_that_is_not_there_is_a_matter_of_what_was_typed(world):
    world.command.config.unlink(missing_ok=True)
    for verb in (("plan", "--functions", world.light), ("revoke", "checkout")):
        error = world.command.run(*verb, code=2).answer["error"]
        assert "tendlc.toml" in error["message"] and "tendlc init" in error["cure"], error


def test_grant_says_how_to_start_a_file_too(world):
    world.command.config.unlink(missing_ok=True)
    error = world.command.run("grant", "checkout", code=2).answer["error"]
    assert "tendlc init" in error["cure"], error


def test_the_cure_for_a_missing_external_id_mends_it(empty):
    empty.command.config.write_text(BEFORE["no external id"].config)
    empty.command.run("init", "--external-ids")
    assert empty.command.run("plan", "--functions", empty.light).answer["stacks"]


def test_credentials_that_may_nothing(world):
    config = EVERYTHING.replace('"shop"', '"powerless"')
    world.empty(config)
    iam, user = world.accounts["shop"].iam, {"UserName": "powerless"}
    iam.create_user(**user)
    iam.put_user_policy(**user, PolicyName="whoami", PolicyDocument=json.dumps(document(allow("sts:*", "*"))))
    key = iam.create_access_key(**user)["AccessKey"]
    profile(world, "powerless", key["AccessKeyId"], key["SecretAccessKey"])
    message, cure = told(world.deploy(code=1))
    assert SECONDARY in message and "cloudformation:DescribeStacks" in message
    assert "aws sts get-caller-identity --profile powerless" in cure


def table(account, key, *indexes):
    """A table called as tendlc's is."""
    account.dynamodb.create_table(
        TableName="tendlc",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in (key, *indexes)],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        **({"GlobalSecondaryIndexes": [index(name) for name in indexes]} if indexes else {}),
    )


def index(name):
    key = [{"AttributeName": name, "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": key, "Projection": {"ProjectionType": "KEYS_ONLY"}}


def test_a_table_of_an_older_layout(world):
    world.empty(EVERYTHING)
    table(world.accounts["primary"], "pk", "message_id")
    tried(world, Bad(DEPLOY, ["tendlc", "`waiting`"], ["aws dynamodb update-table", "IndexName"]))
    # What it says to type does it.
    change = {
        "AttributeDefinitions": [{"AttributeName": "waiting", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": index("waiting")}],
    }
    world.accounts["primary"].dynamodb.update_table(TableName="tendlc", **change)
    assert world.command.run("plan", "--functions", world.light).answer["stacks"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(DEPLOY, id="deploy"),
        pytest.param(("sync", "--yes"), id="sync"),
        pytest.param(("pause", "--all", "--yes"), id="pause"),
    ],
)
def test_a_table_of_somebody_else(world, arguments):
    world.empty(EVERYTHING)
    table(world.accounts["primary"], "id")
    tried(world, Bad(arguments, ["tendlc", "key id"], ["`table`", "primaries.main"]))


def status_of(account, stack):
    return account.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def test_a_stack_that_cannot_be_brought_on(world):
    world.empty(EVERYTHING)
    world.deploy()
    # Its bucket is not empty.
    world.accounts["shop"].cloudformation.delete_stack(StackName="tendlc-code")
    until("the stack to fail", lambda: status_of(world.accounts["shop"], "tendlc-code") == "DELETE_FAILED")
    told_to_type = ["describe-stack-events", "delete-stack", "--stack-name tendlc-code", "--profile shop"]
    tried(world, Bad(DEPLOY, ["tendlc-code", SECONDARY, "DELETE_FAILED"], told_to_type))


def test_destroy_takes_away_what_could_not_be_deleted_before(world):
    world.empty(EVERYTHING)
    world.deploy()
    world.accounts["shop"].cloudformation.delete_stack(StackName="tendlc-code")
    until("the stack to fail", lambda: status_of(world.accounts["shop"], "tendlc-code") == "DELETE_FAILED")
    # It empties the bucket, which was all that was wrong.
    assert len(world.command.run("destroy", "--yes").answer["removed"]) == 9
