"""Bring alerts to people and programs: a signed webhook, and e-mail."""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
import time
from email.charset import QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from email.utils import formatdate, getaddresses
from urllib.parse import parse_qs, unquote, urlsplit

import requests

from training.config import Settings
from training.errors import ConfigurationError
from training.language import LANGUAGES
from training.monitoring.alerts.digest import Digest

TIMEOUT = 20
SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class DeliveryFailed(Exception):
    """It may succeed later."""


class ServerUnreachable(DeliveryFailed):
    """Whoever else is to be told by the same server: it fails for them, too."""


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


def recipients(settings: Settings) -> list[str]:
    """The addresses that get mail, each once."""
    if not settings.alert_smtp_url:
        return []
    told = [address for _, address in getaddresses([settings.alert_to])]
    return list(dict.fromkeys(filter(None, told)))


def send_mail(settings: Settings, to: str, digest: Digest, token: str) -> None:
    """Send a digest by SMTP; a repetition has the same Message-ID.

    Raises:
        ServerUnreachable: the server could not be reached.
        DeliveryFailed: it refused.
    """
    server = urlsplit(settings.alert_smtp_url)
    sender = parse_qs(server.query).get("from", recipients(settings))[0].strip()
    message = compose(digest, sender, to, token)
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
    except smtplib.SMTPException as error:
        raise DeliveryFailed(str(error)) from None
    except OSError as error:
        raise ServerUnreachable(str(error)) from None


def compose(digest: Digest, sender: str, to: str, token: str) -> MIMEText:
    """Not an `EmailMessage`: it loses spaces where it folds a long subject."""
    charset = Charset("utf-8")
    charset.body_encoding = QP
    message = MIMEText(digest.text, _charset=charset)  # type: ignore[arg-type]
    subject = Header(digest.subject, "utf-8", header_name="Subject")
    message["Subject"] = subject.encode()
    message["From"], message["To"] = sender, to
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{token}@{sender.partition('@')[2] or 'monitoring'}>"
    # So that no absence note answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
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
    if settings.alert_language not in LANGUAGES:
        raise ConfigurationError(
            f"TRAINING_ALERT_LANGUAGE: expected {' or '.join(LANGUAGES)},"
            f" not {settings.alert_language}"
        )
    if settings.alert_dashboard_url and not settings.alert_dashboard_url.startswith(
        ("http://", "https://")
    ):
        raise ConfigurationError(
            "TRAINING_ALERT_DASHBOARD_URL: expected http:// or https://"
        )
    if not settings.alert_smtp_url:
        return
    if urlsplit(settings.alert_smtp_url).scheme not in SCHEMES:
        expected = " or ".join(f"{scheme}://" for scheme in SCHEMES)
        raise ConfigurationError(f"TRAINING_ALERT_SMTP_URL: expected {expected}")
    if not recipients(settings):
        raise ConfigurationError("TRAINING_ALERT_TO: expected an e-mail address")
