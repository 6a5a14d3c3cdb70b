import json
import sys

import regex


def verdict(pattern, text):
    try:
        return regex.search(pattern, text, timeout=1) is not None
    except (regex.error, TimeoutError):
        return None


texts = json.load(sys.stdin)
json.dump({pattern: [verdict(pattern, it) for it in made] for pattern, made in texts.items()}, sys.stdout)
