"""Fresh facts from the catalogues that the field keeps: read, map, compare, rewrite.

Pure: bytes and a day in, changes and new file contents out.
"""

UPSTREAMS = ("models.dev", "litellm", "genai-prices", "skypilot")
