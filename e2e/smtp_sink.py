"""A mail server that keeps what it is given, so that tests can read it back.

    python3 e2e/smtp_sink.py --smtp 127.0.0.1:52525 --http 127.0.0.1:52526

SMTP takes every letter. HTTP on the second address:

    GET    /mails?to=ada@example.test   the letters, oldest first; `to` may be left out
    DELETE /mails                       forgets them all
    POST   /fail   {"to": "ada@example.test", "reply": "452 Try later", "times": 2}
                                        the next letters to this address are refused so; times 0 ends it
    GET    /health                      {"mails": 3}
"""

import argparse
import email
import email.policy
import json
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

MAILS_MAX = 20_000


class Store:
    """Letters and planned refusals, shared by both servers."""

    def __init__(self):
        self.lock = threading.Lock()
        self.mails = []
        self.refusals = {}
        self.count = 0

    def add(self, mail):
        with self.lock:
            self.count += 1
            mail["id"] = self.count
            self.mails.append(mail)
            del self.mails[:-MAILS_MAX]

    def find(self, to):
        with self.lock:
            if to is None:
                return list(self.mails)
            return [mail for mail in self.mails if to.lower() in mail["envelope_to"]]

    def clear(self):
        with self.lock:
            self.mails.clear()
            self.refusals.clear()

    def refuse(self, to, reply, times):
        with self.lock:
            if times > 0:
                self.refusals[to.lower()] = [reply, times]
            else:
                self.refusals.pop(to.lower(), None)

    def refusal(self, to):
        with self.lock:
            planned = self.refusals.get(to.lower())
            if planned is None:
                return None
            planned[1] -= 1
            if planned[1] <= 0:
                del self.refusals[to.lower()]
            return planned[0]


def readable(raw, envelope):
    """One letter as tests want to read it: decoded subject, both bodies, the names of what is attached."""
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    text = letter.get_body(preferencelist=("plain",))
    html = letter.get_body(preferencelist=("html",))
    attachments = [
        {"name": part.get_filename(), "type": part.get_content_type(), "bytes": len(part.get_payload(decode=True) or b"")}
        for part in letter.iter_attachments()
    ]
    return {
        "from": str(letter.get("From", "")),
        "to": str(letter.get("To", "")),
        "envelope_from": envelope.mail_from,
        "envelope_to": [address.lower() for address in envelope.rcpt_tos],
        "subject": str(letter.get("Subject", "")),
        "message_id": str(letter.get("Message-ID", "")),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
        "attachments": attachments,
        "received_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


class Handler:
    def __init__(self, store):
        self.store = store

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self.store.refusal(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.store.add(readable(envelope.original_content, envelope))
        return "250 Kept"


def api(store):
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body):
            data = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            url = urlsplit(self.path)
            if url.path == "/mails":
                self.answer(200, store.find(parse_qs(url.query).get("to", [None])[0]))
            elif url.path == "/health":
                self.answer(200, {"mails": len(store.find(None))})
            else:
                self.answer(404, {"error": "no such page"})

        def do_DELETE(self):
            if urlsplit(self.path).path == "/mails":
                store.clear()
                self.answer(200, [])
            else:
                self.answer(404, {"error": "no such page"})

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if urlsplit(self.path).path == "/fail":
                wish = json.loads(body)
                store.refuse(wish["to"], wish["reply"], int(wish.get("times", 1)))
                self.answer(200, {})
            else:
                self.answer(404, {"error": "no such page"})

        def log_message(self, *_):
            pass

    return Api


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp", type=address, default=("127.0.0.1", 52525))
    parser.add_argument("--http", type=address, default=("127.0.0.1", 52526))
    args = parser.parse_args()

    store = Store()
    smtp = Controller(Handler(store), hostname=args.smtp[0], port=args.smtp[1], data_size_limit=32 * 1024 * 1024, enable_SMTPUTF8=True)
    smtp.start()
    http = ThreadingHTTPServer(args.http, api(store))
    http.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=http.shutdown).start())
    print(f"mail sink: smtp {args.smtp[0]}:{args.smtp[1]}, http {args.http[0]}:{args.http[1]}", flush=True)
    try:
        http.serve_forever()
    finally:
        smtp.stop()


if __name__ == "__main__":
    main()
