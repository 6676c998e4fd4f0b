"""Mail of a referral, received by a real mail server over TLS, and its link opened."""

import contextlib
import email
import json
import re
import subprocess
import sys
import time
import uuid
from email import policy
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import serving
from mail_server import PASSWORD, USER

HERE = Path(__file__).resolve().parent
FORM = {
    "reason": "critical",
    "complaint": "胸痛 2 小时",
    "history": "活动后加重",
    "past_history": "",
    "allergies": "无",
    "vitals": {"bp": "150/95 mmHg"},
    "examination": "",
    "diagnosis": {"code": None, "system": None, "system_version": None, "text": "心绞痛"},
    "treatment": "阿司匹林",
    "purpose": "进一步检查",
}
LEG = re.compile(r"http://127\.0\.0\.1:\d+/referrals/([0-9a-f-]{36})")


@contextlib.contextmanager
def mailbox(folder):
    folder.mkdir()
    running = subprocess.Popen([sys.executable, HERE / "mail_server.py", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(running.stdout.readline())
    finally:
        running.stdin.close()
        assert running.wait(30) == 0


def settings(folder, url):
    return {"CONSULT__MAIL__URL": url, "CONSULT__MAIL__CA_FILE": str(folder / "ca.pem"), "CONSULT__MAIL__FROM": "清河县医共体 <notices@county.example>", "CONSULT__DEMO__STUDIES": "false"}


def letters(folder):
    found = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")]
    return [letter for letter in found if letter["To"] == "desk@demo.invalid"]


def wait_for(what):
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("the mail did not come")


def refer(product):
    """An emergency, as a village doctor sends it."""
    village = product.sign_in("village")
    get = lambda path: village.get(f"{product.address}/api/v1{path}", timeout=30).json()
    county = next(o for o in get("/organisations")["items"] if o["name"] == "清河县人民医院")
    department = next(d for d in county["departments"] if d["name"] == "急诊科")
    draft = {
        "id": uuid7(),
        "case_id": None,
        "patient_id": get("/patients?q=张小东")["items"][0]["id"],
        "direction": "up",
        "urgency": "emergency",
        "to_organisation_id": county["id"],
        "to_department_id": department["id"],
        "form": FORM,
        "consent": {"kind": "written"},
    }
    made = village.post(f"{product.address}/api/v1/legs", json=draft, timeout=30)
    assert made.status_code == 201, made.text
    sent = village.post(f"{product.address}/api/v1/legs/{draft['id']}/submit", json={}, headers={"If-Match": made.headers["ETag"]}, timeout=30)
    assert sent.status_code == 200, sent.text
    return draft["id"]


def uuid7():
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    rest = bytearray(uuid.uuid4().bytes[6:])
    rest[0] = 0x70 | rest[0] & 0x0F
    return str(uuid.UUID(bytes=stamp + bytes(rest)))


@pytest.mark.parametrize("way", ["starttls", "tls"])
def test_a_referral_is_mailed_over_tls_and_its_link_leads_to_it(tmp_path, way):
    box = tmp_path / "mail"
    with mailbox(box) as ports:
        account = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
        url = f"smtp://{account}@localhost:{ports['starttls']}" if way == "starttls" else f"smtps://{account}@localhost:{ports['tls']}"
        with serving(tmp_path, **settings(box, url)) as product:
            leg = refer(product)
            about = lambda: [letter for letter in letters(box) if leg in letter.get_content()]
            letter = wait_for(about)[0]
            assert letter["Subject"] == "【急危重症】有一份转诊等待处理"
            assert letter["From"] == "清河县医共体 <notices@county.example>"
            assert letter["Auto-Submitted"] == "auto-generated" and letter["Message-ID"]
            text = letter.get_content()
            assert "张小东" not in text and "胸痛" not in text
            link = LEG.search(text)
            page = product.sign_in("desk").get(link.group(0), timeout=30)
            assert page.status_code == 200 and "text/html" in page.headers["Content-Type"]
            assert product.get("desk", f"/legs/{link.group(1)}")["patient"]["name"] == "张小东"
            assert len(about()) == 1


def test_an_authority_that_is_not_known_and_a_wrong_password_close_the_way(tmp_path):
    box = tmp_path / "mail"
    with mailbox(box) as ports:
        account = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
        known = settings(box, f"smtps://{account}@localhost:{ports['tls']}")
        unknown = {**known}
        del unknown["CONSULT__MAIL__CA_FILE"]
        wrong = {**known, "CONSULT__MAIL__URL": f"smtps://{quote(USER, safe='')}:wrong@localhost:{ports['tls']}"}
        for name, changed, fault in [("unknown", unknown, "tls"), ("wrong", wrong, "sign_in")]:
            folder = tmp_path / name
            folder.mkdir()
            with serving(folder, **changed) as product:
                closed = lambda: [r for r in product.get("security", "/deliveries?state=waiting")["routes"] if r["name"] == "mail" and r["failures"] > 0]
                route = wait_for(closed)[0]
                assert route["fault"] == fault, route
                assert route["waiting"] > 0 and route["dead"] == 0
        assert not list(box.glob("*.eml"))
