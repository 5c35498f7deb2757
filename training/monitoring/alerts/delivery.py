"""Bring alerts to people and programs: a signed webhook, and e-mail."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests

from training.config import Settings
from training.errors import ConfigurationError

TIMEOUT = 20
SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class DeliveryFailed(Exception):
    """It may succeed later."""


def send_webhook(settings: Settings, body: bytes, token: str) -> None:
    """POST an alert, signed; the receiver knows a repetition by its Idempotency-Key.

    X-Signature-256 is `sha256=` and the hexadecimal HMAC-SHA-256, with the secret, of
    X-Timestamp, a full stop and the body.

    Raises:
        DeliveryFailed: it did not answer with success.
    """
    moment = str(int(time.time()))
    signed = hmac.new(
        settings.alert_webhook_secret.encode(),
        moment.encode() + b"." + body,
        hashlib.sha256,
    )
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": token,
        "X-Timestamp": moment,
        "X-Signature-256": f"sha256={signed.hexdigest()}",
    }
    try:
        answer = requests.post(
            settings.alert_webhook_url, data=body, headers=headers, timeout=TIMEOUT
        )
    except requests.RequestException as error:
        raise DeliveryFailed(str(error)) from None
    if not answer.ok:
        raise DeliveryFailed(f"status {answer.status_code}")


def send_mail(settings: Settings, body: bytes, token: str) -> None:
    """Send an alert by SMTP; a repetition has the same Message-ID.

    Raises:
        DeliveryFailed: the server refused, or could not be reached.
    """
    server = urlsplit(settings.alert_smtp_url)
    sender = parse_qs(server.query).get("from", [settings.alert_to.split(",")[0]])[0]
    message = compose(json.loads(body), sender.strip(), settings.alert_to, token)
    port = server.port or SCHEMES[server.scheme]
    context = ssl.create_default_context()
    try:
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.hostname or "", port, timeout=TIMEOUT, context=context
            )
        else:
            connection = smtplib.SMTP(server.hostname or "", port, timeout=TIMEOUT)
        with connection:
            if server.scheme == "smtp+starttls":
                connection.starttls(context=context)
            if server.username:
                connection.login(
                    unquote(server.username), unquote(server.password or "")
                )
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(str(error)) from None


def compose(
    notice: Mapping[str, Any], sender: str, to: str, token: str
) -> EmailMessage:
    alert = notice["alert"]
    message = EmailMessage()
    message["Subject"] = f"[{alert['severity']}] {alert['title']} ({notice['event']})"
    message["From"], message["To"] = sender, to
    message["Message-ID"] = f"<{token}@{sender.partition('@')[2] or 'monitoring'}>"
    message.set_content(
        f"{alert['title']}: {notice['event']}.\n\n{alert['what']}\n\n"
        f"How sure: {alert['certainty']}\n\nWhat to do: {alert['action']}\n\n"
        f"Cause: {alert['cause']}\nAlerts: {notice['api']}/v1/alerts\n"
    )
    return message


def check(settings: Settings) -> None:
    """Refuse settings that could not deliver anything.

    Raises:
        ConfigurationError: names the setting.
    """
    if settings.alert_webhook_url and not settings.alert_webhook_secret:
        raise ConfigurationError(
            "TRAINING_ALERT_WEBHOOK_SECRET: expected a secret to sign the webhook with"
        )
    if not settings.alert_smtp_url:
        return
    if urlsplit(settings.alert_smtp_url).scheme not in SCHEMES:
        expected = " or ".join(f"{scheme}://" for scheme in SCHEMES)
        raise ConfigurationError(f"TRAINING_ALERT_SMTP_URL: expected {expected}")
    if not settings.alert_to:
        raise ConfigurationError("TRAINING_ALERT_TO: expected an e-mail address")
