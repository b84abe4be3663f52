"""Lints the templates, and the policies in FOLDER that `tendlc render` wrote: python .ci/lint.py FOLDER

cfn-lint and checkov read the templates, parliament what roles may do (it judges neither trusts nor resources' policies).
Whatever they say is a failure, but for the exceptions: those of cfn-lint are in the templates' metadata, the others in
exceptions.txt beside this file, each with its reason. An exception that nobody needs is a failure, too.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import parliament

HERE = Path(__file__).parent
# Where pip has put what comes with a program of its own.
PROGRAMS = Path(sys.executable).parent
TEMPLATES = sorted((HERE.parent / "infra/templates").glob("*.yaml"))


def exceptions():
    """What is excepted, by tool: lines of `TOOL WHAT REASON`."""
    lines = (line.split(maxsplit=2) for line in (HERE / "exceptions.txt").read_text().splitlines())
    return {(tool, what) for tool, what, _ in (line for line in lines if line and line[0] != "#")}


def cfn_lint():
    """Warnings are failures: it ends with another status for them than for nothing."""
    done = subprocess.run([PROGRAMS / "cfn-lint", *TEMPLATES], capture_output=True, text=True)
    if done.returncode:
        yield None, (done.stdout or done.stderr).strip()


def checkov():
    """Without a resource's condition, since it looks only at what the parameters' defaults make."""
    with tempfile.TemporaryDirectory() as folder:
        for template in TEMPLATES:
            text = re.sub(r"^    Condition: \w+\n", "", template.read_text(), flags=re.MULTILINE)
            (Path(folder) / template.name).write_text(text)
        command = ["--framework", "cloudformation", "--skip-download", "--soft-fail", "--output", "json"]
        command = [PROGRAMS / "checkov", *command, "--directory", folder]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        results = json.loads(done.stdout)["results"]
    except (ValueError, KeyError, TypeError):
        yield None, f"no report: {done.stdout}{done.stderr}"
        return
    for unread in results["parsing_errors"]:
        yield None, f"{unread} cannot be read"
    for check in results["failed_checks"]:
        yield check["check_id"], f"{check['file_path']} {check['resource']}: {check['check_id']} {check['check_name']}"


def parliament_(folder):
    """Of a mismatch each action is excepted by itself."""
    documents = sorted(folder.glob("**/*.permissions.json"))
    if not documents:
        yield None, f"no *.permissions.json in {folder}: write them with `tendlc render`"
    for document in documents:
        for finding in parliament.analyze_policy_string(document.read_text(), str(document)).findings:
            details = finding.detail if isinstance(finding.detail, list) else []
            for action in sorted({detail["action"] for detail in details if isinstance(detail, dict)} or {""}):
                what = ":".join(filter(None, [finding.issue, action]))
                yield what, f"{document.name}: {what} {finding.detail} {finding.location}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    excepted, needed, said = exceptions(), set(), []
    tools = {"cfn-lint": cfn_lint(), "checkov": checkov(), "parliament": parliament_(Path(sys.argv[1]))}
    for tool, findings in tools.items():
        for what, text in findings:
            if (tool, what) in excepted:
                needed.add((tool, what))
            else:
                said.append(f"{tool}: {text}")
    said += [f"exceptions.txt: {tool} does not say {what} any more" for tool, what in sorted(excepted - needed)]
    print(*said, f"{len(TEMPLATES)} templates linted", sep="\n")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
