"""What can be wrong with what the command is given, and what it must say of it."""

from dataclasses import dataclass, field

from accounts import PRIMARY, SECONDARY
from deployment_world import CONFIG, HUB, SPOKE
from zips import ARM64, SCRIPT, packed

EVERYTHING = CONFIG + SPOKE + HUB
ZIPS = object()
DEPLOY = ("deploy", "--functions", ZIPS, "--yes")
PLAN = ("plan", "--functions", ZIPS)
BILLING = ("grant", "billing", "--yes")


@dataclass(frozen=True)
class Bad:
    """A command that cannot be done; the words that its message and its cure must have."""

    arguments: tuple
    message: list
    cure: list
    config: str = EVERYTHING
    code: int = 1
    environment: dict = field(default_factory=dict)
    # In the place of a function's own zip.
    recount_zip: bytes | None = None


def instead(old, new):
    assert old in EVERYTHING
    return EVERYTHING.replace(old, new)


def deploying_as(profile, role):
    return instead(f'profile = "{profile}"', f'profile = "{profile}"\ndeploy_role_arn = "{role}"')


# In accounts that have nothing yet.
BEFORE = {
    "a profile that nobody has": Bad(
        DEPLOY, ["profile", "nobody", SECONDARY], ["grants.checkout", "--profile nobody"], instead('"shop"', '"nobody"')
    ),
    "a profile of another account": Bad(
        DEPLOY, ["333333333333", "grants.checkout", SECONDARY], ["`profile` (news)"], instead('"shop"', '"news"')
    ),
    "another account": Bad(
        DEPLOY, [SECONDARY, "222222222223"], ["`account`", "grants.checkout"], instead(SECONDARY, "222222222223")
    ),
    "13 digits": Bad(DEPLOY, ["2222222222222"], ["12 digits"], instead(SECONDARY, SECONDARY + "2")),
    "11 digits": Bad(DEPLOY, ["11111111111"], ["12 digits"], instead(f'"{PRIMARY}"', f'"{PRIMARY[:-1]}"')),
    "13 digits, typed": Bad((*BILLING, "--account", "2222222222222", "--campaign", "x"), ["12 digits"], [], code=2),
    "11 digits, typed": Bad((*BILLING, "--account", "22222222222", "--campaign", "x"), ["12 digits"], [], code=2),
    "credentials that are unknown": Bad(
        DEPLOY, [SECONDARY, "InvalidClientTokenId"], ["--profile unknown"], instead('"shop"', '"unknown"')
    ),
    "credentials that have expired": Bad(
        DEPLOY, [SECONDARY, "ExpiredToken"], ["--profile expired"], instead('"shop"', '"expired"')
    ),
    "no external id": Bad(
        DEPLOY, ["checkout", "external_id"], ["init --external-ids"], instead('external_id = "checkout-5c1f0e6a"\n', "")
    ),
    "no zips": Bad(("deploy", "--functions", ".", "--yes"), ["send-queue", "recount"], ["NAME.zip"]),
    "a zip for another processor": Bad(
        PLAN, ["recount.zip", "arm64", "x86_64"], ['architecture = "arm64"'], recount_zip=packed(ARM64)
    ),
    "a zip without a program": Bad(
        PLAN, ["recount.zip", "no bootstrap"], ["`bootstrap`"], recount_zip=packed(SCRIPT, name="main")
    ),
    "a zip whose program may not be executed": Bad(
        PLAN, ["recount.zip", "may not be executed"], ["build it again"], recount_zip=packed(SCRIPT, mode=0o644)
    ),
    "a zip that is none": Bad(PLAN, ["recount.zip"], ["build it again"], recount_zip=SCRIPT),
    "a role that may not be assumed in the primary": Bad(
        DEPLOY,
        [f"{PRIMARY}:role/nobody", "[primaries.main]", "deploy_role_arn", "AccessDenied"],
        ["trust policy", "sts:AssumeRole"],
        deploying_as("primary", f"arn:aws:iam::{PRIMARY}:role/nobody"),
    ),
    "a role that may not be assumed in a grant's account": Bad(
        DEPLOY,
        [f"{SECONDARY}:role/nobody", "[grants.checkout]", "deploy_role_arn", "AccessDenied"],
        ["trust policy", "sts:AssumeRole"],
        deploying_as("shop", f"arn:aws:iam::{SECONDARY}:role/nobody"),
    ),
    "nobody to ask": Bad(("deploy", "--functions", ZIPS), ["nothing was changed"], ["--yes"]),
    "a grant that is not in the file": Bad(BILLING, ["[grants.billing]"], ["grant billing --account", "--campaign"]),
    "a grant of no campaign": Bad((*BILLING, "--account", "444444444444"), ["campaign"], ["--campaign"]),
    "a grant of a campaign that is not there": Bad(
        (*BILLING, "--account", "444444444444", "--campaign", "none"), ["`none`"], ["order-updates"]
    ),
    "a grant before the deploy": Bad(("grant", "checkout", "--yes"), [PRIMARY, "tendlc-primary"], ["tendlc deploy"]),
    "revoking before the deploy": Bad(("revoke", "checkout", "--yes"), [PRIMARY, "tendlc-grant-checkout"], ["tendlc"]),
    "pausing before the deploy": Bad(("pause", "checkout", "--yes"), [PRIMARY, "no table tendlc"], ["tendlc deploy"]),
    "a file that is no TOML": Bad(DEPLOY, ["TOML"], ["key = value"], EVERYTHING + "\n["),
    "nobody answers": Bad(
        DEPLOY, ["127.0.0.1:9"], ["curl", "unset"], environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    ),
}
# Where everything is deployed.
AFTER = {
    "revoking what was never granted": Bad(
        ("revoke", "billing", "--yes"), [PRIMARY, "tendlc-grant-billing"], ["tendlc"]
    ),
    "pausing what is not there": Bad(("pause", "billing", "--yes"), ["billing"], ["checkout, newsletter"]),
    "resuming what is not there": Bad(("resume", "billing", "--yes"), ["billing"], ["checkout, newsletter"]),
    "granting otherwise what is there": Bad(
        ("grant", "checkout", "--account", SECONDARY, "--campaign", "x", "--yes"), ["grants.checkout"], ["--account"]
    ),
    "a second grant of an account in the hub": Bad(
        (*BILLING, "--account", "333333333333", "--campaign", "order-updates", "--hub"), ["newsletter"], ["one grant"]
    ),
}
# What is wrong elsewhere than under the primary, and the grant that is revoked nevertheless: that one, or another.
ELSEWHERE = {
    "an account of 13 digits": (instead(SECONDARY, SECONDARY + "2"), "newsletter"),
    "a text that is not closed": (instead('"shop"', '"shop'), "checkout"),
}
# What may make another account of the primary's.
PRIMARY_WRONG = {
    "an account of 11 digits": instead(f'"{PRIMARY}"', f'"{PRIMARY[:-1]}"'),
    "a value that is none": instead(f'account = "{PRIMARY}"', f"account = {PRIMARY}x"),
    "a header that is not closed": instead("[primaries.main]", "[primaries.main"),
    "a header that is not opened": instead("[primaries.main]", "primaries.main]"),
}
