"""From empty accounts to two grants that send, and back to empty accounts, with the command and the templates alone.

Not here, since ministack has none of it: sms-voice's resources (they are only in their stacks), and what of IAM
`exact.py` does not put right; tests/policies decides that.
"""

import json

import pytest
from accounts import PRIMARY, REGION, SECONDARY, TENANT
from deployment_world import ACCOUNTS, CONFIG, opened
from inventory import leftovers
from outcomes import Outcomes
from resources import depth
from waiting import DEFERRED_SECONDS, until


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def deployed(world):
    """The primary, and the two grants, each with one command."""
    functions = ("--functions", world.packages, "--yes")
    made = world.command.run("deploy", *functions).answer
    assert [stack["stack"] for stack in made["stacks"]] == [
        "tendlc-code",
        "tendlc-primary",
        "tendlc-watch",
        "tendlc-campaign-order-updates",
    ]
    shop = ("--account", SECONDARY, "--profile", "shop", "--campaign", "order-updates")
    made = world.command.run("grant", "checkout", *shop, "--yes").answer
    assert sorted((stack["account"], stack["stack"]) for stack in made["stacks"]) == [
        (PRIMARY, "tendlc-grant-checkout"),
        (SECONDARY, "tendlc-code"),
        (SECONDARY, "tendlc-secondary-checkout"),
    ]
    news = ("--account", TENANT, "--profile", "news", "--campaign", "order-updates", "--hub")
    made = world.command.run("grant", "newsletter", *news, "--yes").answer
    assert sorted((stack["account"], stack["stack"]) for stack in made["stacks"]) == [
        (PRIMARY, "tendlc-grant-newsletter"),
        (PRIMARY, "tendlc-primary"),
        (PRIMARY, "tendlc-watch"),
        (TENANT, "tendlc-tenant-newsletter"),
    ], "the first hub grant opens the hub"
    world.outcomes = {
        name: Outcomes(world.accounts[name], ACCOUNTS[name], "outcomes-seen") for name in ("shop", "news")
    }
    return world


def test_what_was_granted_stands_in_the_file_whose_comments_stay(deployed):
    text = deployed.command.config.read_text()
    assert text.startswith(CONFIG), "what was there stays as it was"
    assert '[grants.checkout]\naccount = "222222222222"\n' in text and 'external_id = "checkout-' in text


def test_a_second_deploy_changes_nothing(deployed):
    functions = ("--functions", deployed.packages)
    answer = deployed.command.run("deploy", *functions, "--yes").answer
    assert (answer["stacks"], answer["table"]["changes"]) == ([], []), answer
    assert answer["unchanged"] == 9
    assert deployed.command.run("plan", *functions).answer["stacks"] == []


def test_a_plan_shows_what_a_change_would_do_and_leaves_nothing_behind(deployed):
    text = deployed.command.config.read_text()
    deployed.command.config.write_text(text.replace("segments_per_second = 40", "segments_per_second = 75"))
    try:
        answer = deployed.command.run("plan", "--functions", deployed.packages).answer
    finally:
        deployed.command.config.write_text(text)
    changed = {stack["stack"]: [change["resource"] for change in stack["changes"]] for stack in answer["stacks"]}
    assert set(changed) == {"tendlc-grant-newsletter", "tendlc-secondary-checkout"}, "the concurrency of their queues"
    assert any("segments_per_second" in json.dumps(change) for change in answer["table"]["changes"])
    assert deployed.open_change_sets() == []


def test_texts_go_out_on_all_four_ways(deployed):
    deployed.put("shop", (SECONDARY, "tendlc-send"), to="+12065550141", id="order-1")
    deployed.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550142", id="issue-1")
    for account, number, bus in (("shop", "+12065550143", "default"), ("news", "+12065550144", HUB_BUS)):
        request = {"to": number, "body": "Your code is 000000.", "id": f"event-{account}"}
        entry = {"Source": "test", "DetailType": "SMS Send Requested", "Detail": json.dumps(request)}
        answer = deployed.accounts[account].events.put_events(Entries=[entry | {"EventBusName": bus}])
        assert answer["FailedEntryCount"] == 0, answer
    for account, request in (("shop", "order-1"), ("news", "issue-1"), ("shop", "event-shop"), ("news", "event-news")):
        [outcome] = deployed.outcomes[account].wait(request)
        assert outcome["detail-type"] == "SMS Accepted", outcome
    assert all(len(deployed.texts_to(f"+1206555014{end}")) == 1 for end in range(1, 5))


HUB_BUS = f"arn:aws:events:{REGION}:{PRIMARY}:event-bus/tendlc"


def test_all_that_a_role_may_and_may_not_do_is_proven_where_its_functions_run(deployed):
    answer = deployed.command.run("verify").answer
    assert answer["verified"], answer
    proven = {proof["grant"]: {check["name"] for check in proof["checks"]} for proof in answer["grants"]}
    for grant in ("checkout", "newsletter"):
        assert {"assume-role", "account", "dry-run:order-updates", "denied/no-external-id"} <= proven[grant]
        assert {"denied/another-number", "denied/own-limits", "denied/other-grant", "denied/topics"} <= proven[grant]


def standing(answer):
    """What stands how and since when, by the grant that a probe speaks for."""
    return {
        place["grant"]: {check["name"]: (check["state"], check.get("since")) for check in place["report"]["checks"]}
        for place in answer["places"]
    }


def test_how_everything_stands_is_told_now_and_as_the_probes_found_it_last(deployed):
    answer = deployed.command.run("status").answer
    assert answer["status"] == "healthy", answer
    now = standing(answer)
    assert now.keys() == {None, "checkout", "newsletter"}
    assert {"production", "spend", "cap:acme"} <= now[None].keys()
    assert {"assume-role:newsletter", "dead-letters:newsletter"} <= now["newsletter"].keys()
    assert {"assume-role", "dry-run:order-updates"} <= now["checkout"].keys()
    assert standing(deployed.command.run("status", "--kept").answer) == now, "nothing stood in the way"
    assert deployed.outcomes["shop"].health() == [], "what is well from the beginning is no change"


def test_the_dashboards_are_there_and_show_what_is_searched_for(deployed):
    shown = {}
    for name in ("primary", "shop"):
        cloudwatch = deployed.accounts[name].cloudwatch
        [entry] = cloudwatch.list_dashboards()["DashboardEntries"]
        body = json.loads(cloudwatch.get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"])
        shown[entry["DashboardName"]] = {widget["type"] for widget in body["widgets"]}
    kinds = {"text", "alarm", "metric"}
    assert shown == {f"tendlc-primary-{REGION}": kinds, f"tendlc-spoke-{REGION}": kinds}


def test_an_account_that_cannot_be_reached_leaves_nothing_unproven_of_the_others(deployed):
    text = deployed.command.config.read_text()
    assert 'profile = "shop"' in text
    deployed.command.config.write_text(text.replace('profile = "shop"', 'profile = "nobody"'))
    try:
        answer = deployed.command.run("verify", code=1).answer
    finally:
        deployed.command.config.write_text(text)
    proofs = {proof["grant"]: proof for proof in answer["grants"]}
    assert (answer["verified"], set(proofs)) == (False, {"checkout", "newsletter"})
    [check] = proofs["checkout"]["checks"]
    assert (check["name"], check["state"]) == ("probe", "unknown")
    assert "profile nobody" in check["detail"] and SECONDARY in check["detail"] and "grants.checkout" in check["cure"]
    other = proofs["newsletter"]
    assert other["statements"] == [] and {check["state"] for check in other["checks"]} == {"healthy"}, other
    assert {"assume-role", "dry-run:order-updates", "denied/topics"} <= {check["name"] for check in other["checks"]}


def test_the_statement_that_is_wrong_is_named(deployed):
    iam, role = deployed.accounts["primary"].iam, "tendlc-grant-checkout"
    before = iam.get_role_policy(RoleName=role, PolicyName="tendlc")["PolicyDocument"]
    wider = json.loads(json.dumps(before))
    [send] = [statement for statement in wider["Statement"] if statement["Sid"] == "Send"]
    send["Resource"] = "*"
    iam.put_role_policy(RoleName=role, PolicyName="tendlc", PolicyDocument=json.dumps(wider))
    try:
        answer = deployed.command.run("verify", "checkout", code=1).answer
    finally:
        iam.put_role_policy(RoleName=role, PolicyName="tendlc", PolicyDocument=json.dumps(before))
    [proof] = answer["grants"]
    wrong = [(one["policy"], one["sid"], one["difference"]) for one in proof["statements"]]
    assert wrong == [("tendlc", "Send", "changed")]
    [check] = [check for check in proof["checks"] if check["state"] != "healthy"]
    assert (check["name"], check["state"]) == ("denied/another-number", "failing")
    assert "statement Send" in check["cure"]


def test_where_a_registration_stands(deployed):
    [standing] = deployed.command.run("registration").answer["registrations"]
    assert (standing["status"], standing["version_status"]) == ("COMPLETE", "APPROVED")
    assert standing["campaigns"] == ["order-updates"] and [one["status"] for one in standing["numbers"]] == ["ACTIVE"]


def test_dead_letters_are_shown_by_reason_and_replayed_once_under_their_ids(deployed):
    number, said_stop = "+12065550171", {"to": "+12065550171"}
    deployed.double.fault({"operation": "SendTextMessage", "match": said_stop, "action": "opt_out", "times": 1})
    deployed.put("shop", (SECONDARY, "tendlc-send"), to=number, id="order-9")
    [outcome] = deployed.outcomes["shop"].wait("order-9")
    assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Rejected", "OPTED_OUT")
    # No function ever saw this one: its key is the message's id.
    dead = f"{deployed.ministack.endpoint}/{SECONDARY}/tendlc-dead-letter"
    bare = json.dumps({"to": "+12065550172", "body": "Hello."})
    sent = deployed.accounts["shop"].sqs.send_message(QueueUrl=dead, MessageBody=bare)

    groups = deployed.command.run("redrive").answer["dead_letters"]
    assert [(group["grant"], group["reason"], group["ids"]) for group in groups] == [
        ("checkout", "OPTED_OUT", ["order-9"]),
        ("checkout", "UNHANDLED", [sent["MessageId"]]),
    ]
    assert number not in json.dumps(groups)
    assert depth(deployed.accounts["shop"], dead) == (2, 0), "to look takes nothing away"

    wrong = deployed.command.run("redrive", "--reason", "OPTD_OUT", code=1).answer["error"]
    assert "OPTD_OUT" in wrong["message"] and "OPTED_OUT (1)" in wrong["cure"]

    answer = deployed.command.run("redrive", "--replay", "--reason", "OPTED_OUT", "--yes").answer
    assert answer["replayed"] == 1
    accepted = deployed.outcomes["shop"].wait("order-9", count=2)[1]
    assert accepted["detail-type"] == "SMS Accepted"
    assert deployed.command.run("redrive", "--replay", "--yes").answer["replayed"] == 1
    until("the bare one", lambda: deployed.texts_to("+12065550172"))
    assert deployed.command.run("redrive").answer["dead_letters"] == []
    assert len(deployed.texts_to(number)) == 1


def test_letters_of_the_hubs_shared_queue_are_those_of_the_events_account(deployed):
    event = {"id": "e-1", "account": TENANT, "detail-type": "SMS Send Requested", "detail": {"to": "+12065550173"}}
    shared = f"{deployed.ministack.endpoint}/{PRIMARY}/tendlc_hub_dead_letter"
    deployed.accounts["primary"].sqs.send_message(QueueUrl=shared, MessageBody=json.dumps(event))
    try:
        [group] = deployed.command.run("redrive").answer["dead_letters"]
        assert (group["grant"], group["reason"]) == ("newsletter", "UNHANDLED")
        assert deployed.command.run("redrive", "--grant", "checkout").answer["dead_letters"] == []
    finally:
        deployed.accounts["primary"].sqs.purge_queue(QueueUrl=shared)


def test_a_revoked_grant_is_denied_at_once_and_the_other_goes_on(deployed):
    assert deployed.command.run("revoke", "checkout", "--yes").answer == {"revoked": "checkout", "changed": True}
    deployed.put("shop", (SECONDARY, "tendlc-send"), to="+12065550151", id="order-2")
    deployed.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550152", id="issue-2")
    [outcome] = deployed.outcomes["shop"].wait("order-2")
    assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Deferred", "ROLE_DENIED")
    [outcome] = deployed.outcomes["news"].wait("issue-2")
    assert outcome["detail-type"] == "SMS Accepted"
    assert deployed.texts_to("+12065550151") == []

    broken = standing(deployed.command.run("status", "checkout", code=1).answer)["checkout"]
    assert (broken["assume-role"][0], broken["table"][0]) == ("healthy", "failing"), "a revoked role is denied everything"
    [told] = until("what the probe tells", deployed.outcomes["shop"].health)
    changes = {change["name"]: change["state"] for change in told["changes"]}
    assert (told["grant"], told["status"], changes["table"]) == ("checkout", "failing", "failing")

    answer = deployed.command.run("deploy", "--functions", deployed.packages, "--yes").answer
    assert answer["stacks"] == [], "a deploy gives nobody access again"

    again = deployed.command.run("grant", "checkout", "--yes").answer
    assert [stack["stack"] for stack in again["stacks"]] == ["tendlc-grant-checkout"]
    until("the text that waited", lambda: deployed.texts_to("+12065550151"), limit=DEFERRED_SECONDS)


def test_a_change_that_would_take_a_queue_away_with_what_waits_on_it_is_refused(deployed):
    dead = f"{deployed.ministack.endpoint}/{SECONDARY}/tendlc-dead-letter"
    deployed.accounts["shop"].sqs.send_message(QueueUrl=dead, MessageBody="{}")
    text = deployed.command.config.read_text()
    changed = text.replace('account = "222222222222"', 'account = "222222222222"\ndead_letter_queue = "other"', 1)
    deployed.command.config.write_text(changed)
    try:
        wrong = deployed.command.run("grant", "checkout", "--yes", code=1).answer["error"]
        assert "tendlc-dead-letter away with 1 message on it" in wrong["message"] and "redrive" in wrong["cure"]
        assert deployed.open_change_sets() == []
        deployed.accounts["shop"].sqs.purge_queue(QueueUrl=dead)
        made = deployed.command.run("grant", "checkout", "--yes").answer
        assert [stack["stack"] for stack in made["stacks"]] == ["tendlc-secondary-checkout"]
    finally:
        deployed.command.config.write_text(text)
    assert deployed.command.run("grant", "checkout", "--yes").answer["stacks"] != []


def test_a_bucket_that_somebody_has_emptied_is_filled_again(deployed):
    s3, bucket = deployed.accounts["shop"].s3, f"tendlc-code-{SECONDARY}-{REGION}"
    [gone] = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"] if one["Key"].endswith("send-event.zip")]
    s3.delete_object(Bucket=bucket, Key=gone)
    answer = deployed.command.run("deploy", "--functions", deployed.packages, "--yes").answer
    assert answer["stacks"] == []
    assert gone in [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]


def test_one_grant_is_taken_away_and_the_other_stays(deployed):
    removed = deployed.command.run("destroy", "--grant", "checkout", "--yes").answer["removed"]
    assert sorted((stack["account"], stack["stack"]) for stack in removed) == [
        (PRIMARY, "tendlc-grant-checkout"),
        (SECONDARY, "tendlc-code"),
        (SECONDARY, "tendlc-secondary-checkout"),
    ]
    assert list(leftovers(deployed.accounts["shop"])) == []
    assert [proof["grant"] for proof in deployed.command.run("verify", "newsletter").answer["grants"]] == ["newsletter"]


def test_after_destroy_nothing_is_left(deployed):
    removed = deployed.command.run("destroy", "--delete-ledger", "--yes").answer
    assert len(removed["removed"]) == 6 and removed["table"] == "tendlc"
    for name, account in deployed.accounts.items():
        left = list(leftovers(account))
        assert left == [], f"{name}: {left}"
    assert deployed.command.run("destroy", "--delete-ledger", "--yes").answer == {"removed": [], "table": None}
