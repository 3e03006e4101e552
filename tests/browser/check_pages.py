"""Opens each page of a folder in a browser: no messages, the figures that are expected, light, dark, narrow and in print.

    check_pages.py BROWSER FOLDER SCRATCH
"""

import html
import json
import pathlib
import re
import subprocess
import sys

BROWSER, FOLDER, SCRATCH = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PROBE = (pathlib.Path(__file__).parent / "probe.js").read_text()
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n')
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
EXPECTED = {
    "run.html": ["Loss: data loss plus penalties", "Loss in training and validation", "accuracy", "Learning rate",
                 "Factors of the penalties", "Zeros over the epochs", "Zeros by weight", "hidden/kernel (784, 48)",
                 "hidden/bias (48,)", "output/kernel (48, 10)", "output/bias (10,)",
                 "hidden/kernel on its image: use of each pixel", "hidden/kernel on its image: units"],
    "path.html": ["Data loss by factor", "Zeros by factor", "effects/kernel by factor"],
}
failures = 0


def fail(text):
    global failures
    failures += 1
    print(f"FAILED: {text}")


def browse(page, *options):
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
               f"--user-data-dir={SCRATCH / 'profile'}", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    for line in done.stderr.splitlines():
        if ":CONSOLE" in line:
            fail(f"{page.name}: {line}")
    return done.stdout


def probe(page, text, paper, *options):
    copy = SCRATCH / page.name
    copy.write_text(POLICY.sub("", text).replace("</body>", f"<script>{PROBE}</script></body>"))
    found = re.search(r'<pre id="probe">(.*?)</pre>', browse(copy, *options, "--dump-dom"), re.DOTALL)
    if not found:
        return fail(f"{page.name}: the page did not open")
    seen = json.loads(html.unescape(found[1]))
    for problem in seen["problems"]:
        fail(f"{page.name}, {' '.join(options)}: {problem}")
    if seen["paper"] != paper:
        fail(f"{page.name}, {' '.join(options)}: the paper is {seen['paper']}, not {paper}")
    if [figure["title"] for figure in seen["figures"]] != EXPECTED[page.name]:
        fail(f"{page.name}: the figures are {[figure['title'] for figure in seen['figures']]}")
    return seen


def check(page):
    text = page.read_text()
    light, dark = "rgb(255, 255, 255)", "rgb(20, 23, 27)"
    browse(page, "--dump-dom")  # the page itself, under its own policy
    probe(page, text, light, LIGHT)
    probe(page, text, dark, DARK)
    probe(page, text, light, LIGHT, "--window-size=500,900")  # no window of this browser is narrower
    # In print: the rules for paper win, also for a reader whose screen is dark.
    printed = text.replace("@media screen and", "@media print and").replace("@media print {", "@media screen {")
    seen = probe(page, printed, light, DARK)
    if seen and any(figure["details"] for figure in seen["figures"]):
        fail(f"{page.name}: the tables are printed")
    for name, option in [("light", LIGHT), ("dark", DARK)]:
        picture = page.with_name(f"{page.stem}_{name}.png")
        browse(page, option, "--window-size=800,4600", f"--screenshot={picture}")
        if not picture.exists() or picture.stat().st_size < 20000:
            fail(f"{page.name}: no screenshot, {name}")
    paper = page.with_suffix(".pdf")
    browse(page, DARK, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    if not paper.exists() or not paper.read_bytes().startswith(b"%PDF"):
        fail(f"{page.name}: it could not be printed")
    print(f"{page.name}: {len(EXPECTED[page.name])} figures")


for name in EXPECTED:
    check(FOLDER / name)
sys.exit(failures > 0)
