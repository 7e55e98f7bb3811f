"""Reads a file of plain-text accounting with beancount: prints what each account comes to, or what is wrong with the file."""
import json
import sys

from beancount import loader
from beancount.core.data import Transaction

entries, errors, _ = loader.load_file(sys.argv[1])
for error in errors:
    print(error.message, file=sys.stderr)
if errors:
    sys.exit(1)
balances = {}
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            account = balances.setdefault(posting.account, {})
            currency = posting.units.currency
            account[currency] = account.get(currency, 0) + posting.units.number
json.dump({account: {c: str(n) for c, n in sums.items()} for account, sums in balances.items()}, sys.stdout)
