"""What the keys and tokens look like that clouds, forges and vendors issue: `KINDS`, one row each.

Every expression is linear: a run of characters is read from its beginning only, and never given back.
"""

import re
from functools import cache, cached_property
from typing import NamedTuple

WORD = "A-Za-z0-9_"
DASHED = r"A-Za-z0-9_\-"
PLAIN = "A-Za-z0-9"
UPPER = "A-Z0-9"
HEX = "a-f0-9"
BASE64 = "A-Za-z0-9+/"
# Where a key may begin although a letter or a sign stands in front of it: behind an escaped line end, an escaped
# sign of an address (%22), a colour of a terminal, and the sign of a line in a diff.
_ESCAPE = r"|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\[\dm)|(?<=[\[;]\d\dm)|(?m:(?<=^[+-]))"
_TELLING = 4  # characters of a sign that nothing else begins with
HALF = 8  # characters behind a sign from which on it is a key that is being typed, or was cut


class Row(NamedTuple):
    """`signs` stand in each of them; behind one come at least `least` of `chars` (the inside of a class).

    `shape` is said instead of that where it takes more; a group in it is the secret, else all is. `back`: so many
    characters may stand in front of the sign. `mixed`: the sign is so short, or the name so common, that letters
    and digits have to be mixed behind it.
    """

    name: str
    signs: tuple[str, ...]
    chars: str
    least: int
    shape: str = ""
    back: int = 0
    mixed: bool = False


_UUID = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}"
_JWT = r"eyJ[\w-]{8,}+\.(?:[\w-]{8,}+|(?=\.[\w-]{8}))(?:\.[\w-]*+){1,3}"

ROWS: tuple[Row, ...] = (
    Row(
        "an AWS access key",
        ("AKIA", "ASIA", "ABIA", "ACCA"),
        UPPER,
        16,
        r"A[KSBC][IC]A[A-Z0-9]{16}(?![A-Za-z0-9])",
    ),
    Row("an AWS Bedrock key", ("ABSKQmVkcm9ja",), BASE64, 60),
    Row("a Google API key", ("AIza",), DASHED, 35),
    Row("a Google client secret", ("GOCSPX-",), DASHED, 20),
    Row("a Google access token", ("ya29.",), DASHED, 20, mixed=True),
    Row("a Google refresh token", ("1//0",), DASHED, 36),
    Row("an Azure client secret", ("7Q~", "8Q~"), DASHED + "~.", 30, r"[\w~.-]{3}[78]Q~[\w~.-]{30,40}", back=3),
    Row(
        "an Azure storage key",
        ("AccountKey=", "SharedAccessKey="),
        BASE64,
        30,
        rf"\w+=([{BASE64}]{{30,}}+={{0,2}})",
    ),
    Row("an Azure signature", ("sig=",), BASE64 + "%", 30, rf"sig=([{BASE64}%]{{30,}}+={{0,2}})"),
    Row("an Azure DevOps token", ("AZDO",), PLAIN, 4, r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", back=76),
    Row("an Alibaba access key", ("LTAI",), PLAIN, 16, mixed=True),
    Row("a Tencent secret id", ("AKID",), PLAIN, 32),
    Row("a Yandex key", ("AQVN", "y0_", "t1.9eu"), DASHED, 35),
    Row("a Cloudflare origin key", ("v1.0-",), HEX + "-", 100),
    Row("a DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), HEX, 40),
    Row("a Heroku key", ("HRKU-",), DASHED, 36),
    Row("a Fly token", ("fm1_", "fm2_", "fm1r_", "fm1a_", "fo1_"), BASE64 + "_,-", 40, mixed=True),
    Row("a Netlify token", ("nfp_", "nfc_", "nfo_"), PLAIN, 32),
    Row("a Render key", ("rnd_",), PLAIN, 24, mixed=True),
    Row("a Scalingo token", ("tk-us-",), DASHED, 40),
    Row("a Tailscale key", ("tskey-",), DASHED, 20, mixed=True),
    Row("a Stripe key", ("sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_"), PLAIN, 16),
    Row("a Stripe webhook secret", ("whsec_",), BASE64, 24),
    Row("a Square token", ("sq0csp-", "sq0atp-", "sq0idp-"), DASHED, 22),
    Row("a Square access token", ("EAAAE", "EAAAl"), DASHED, 55),
    Row("a Facebook token", ("EAACE", "EAAG", "EAAB", "EAAC"), PLAIN, 60),
    Row(
        "a PayPal access token",
        ("access_token$",),
        PLAIN + "$",
        32,
        r"access_token\$(?:production|sandbox)\$([0-9a-z]{8,}\$[0-9a-f]{32})",
    ),
    Row("a Plaid token", ("access-production-", "access-sandbox-", "access-development-"), HEX + "-", 36),
    Row("an EasyPost key", ("EZAK", "EZTK"), PLAIN, 54),
    Row("a Flutterwave key", ("FLWSECK-", "FLWSECK_TEST-"), DASHED, 12),
    Row("a Shippo token", ("shippo_live_", "shippo_test_"), HEX, 40),
    Row("a Duffel token", ("duffel_live_", "duffel_test_"), DASHED, 43),
    Row("a Shopify token", ("shpat_", "shpca_", "shppa_", "shpss_"), "A-Fa-f0-9", 32),
    Row(
        "a Slack token", ("xoxa-", "xoxb-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-"), DASHED + ".", 10
    ),
    Row("a Slack app token", ("xapp-",), DASHED, 20),
    Row(
        "a Slack webhook",
        ("hooks.slack.com/",),
        WORD + "/",
        30,
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/]{30,}+)",
    ),
    Row(
        "a Discord token",
        ("MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"),
        DASHED,
        21,
        r"[MNO][DTjz][\w-]{21,28}+\.[\w-]{6}\.[\w-]{27,}+",
    ),
    Row("a Discord webhook", ("/api/webhooks/",), DASHED, 60, r"/api/webhooks/\d{10,24}/([\w-]{60,}+)"),
    Row("a Teams webhook", ("/IncomingWebhook/",), HEX, 32, r"/IncomingWebhook/([\w/-]{32,}+)"),
    Row("a Telegram bot token", (":AA",), DASHED, 32, r"\d{8,10}+:AA[\w-]{32,33}(?![\w-])", back=10),
    Row("a Twilio key", ("SK",), HEX, 32, r"SK[a-f0-9]{32}(?![A-Za-z0-9])"),
    Row("a SendGrid key", ("SG.",), DASHED + ".", 40, r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    Row("a Mailgun key", ("key-",), HEX, 32, r"(?:pub)?key-[a-f0-9]{32}(?![A-Za-z0-9])"),
    Row("a Mailchimp key", ("-us",), HEX, 1, r"[a-f0-9]{32}-us\d{1,2}(?!\w)", back=32),
    Row("a Brevo key", ("xkeysib-", "xsmtpsib-"), HEX + "-", 40),
    Row("a Postman key", ("PMAK-", "PMAT-"), DASHED, 30),
    Row("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), PLAIN, 36),
    Row("a GitHub token", ("github_pat_",), WORD, 36),
    Row(
        "a GitLab token",
        (
            *("glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-"),
            *("glsoat-", "glffct-", "glwt-", "GR1348941"),
        ),
        DASHED + ".",
        20,
    ),
    Row("an Atlassian token", ("ATATT3", "ATCTT3", "ATBB"), DASHED, 28),
    Row("an npm token", ("npm_",), PLAIN, 36),
    Row("a PyPI token", ("pypi-",), DASHED, 50),
    Row("a RubyGems key", ("rubygems_",), HEX, 40),
    Row("a crates registry token", ("cio",), PLAIN, 32, r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])", mixed=True),
    Row("a NuGet key", ("oy2",), "a-z0-9", 43, r"oy2[a-z0-9]{43}(?![A-Za-z0-9])", mixed=True),
    Row("a Clojars token", ("CLOJARS_",), PLAIN, 60),
    Row("a Docker token", ("dckr_pat_", "dckr_oat_"), DASHED, 20),
    Row("an Artifactory key", ("AKCp",), PLAIN, 60),
    Row("a JFrog token", ("cmVmdGtu",), PLAIN, 50),
    Row("a Hugging Face token", ("hf_",), PLAIN, 34),
    Row("a Hugging Face token", ("api_org_",), PLAIN, 34),
    Row("an OpenAI key", ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"), DASHED, 20),
    Row("an Anthropic key", ("sk-ant-",), DASHED, 20),
    Row("an OpenRouter key", ("sk-or-v1-",), HEX, 40),
    Row("a Langfuse key", ("sk-lf-",), DASHED, 30),
    Row("an API key", ("sk-",), DASHED, 20, mixed=True),
    Row("a Groq key", ("gsk_",), PLAIN, 40),
    Row("a Cerebras key", ("csk-",), PLAIN, 40),
    Row("a Replicate token", ("r8_",), PLAIN, 37),
    Row("an xAI key", ("xai-",), PLAIN, 60),
    Row("a Perplexity key", ("pplx-",), PLAIN, 40),
    Row("a Tavily key", ("tvly-",), DASHED, 20, mixed=True),
    Row("an NVIDIA key", ("nvapi-",), DASHED, 50),
    Row("a Fireworks key", ("fw_",), PLAIN, 22, mixed=True),
    Row("a Together key", ("tgp_v1_",), DASHED, 40),
    Row("a Pinecone key", ("pcsk_",), WORD, 40),
    Row("a LangSmith key", ("lsv2_pt_", "lsv2_sk_"), HEX + "_", 40),
    Row("an ElevenLabs key", ("sk_",), HEX, 48, r"sk_[a-f0-9]{48}(?![A-Za-z0-9])"),
    Row(
        "a Databricks token",
        ("dapi", "dose", "dkea"),
        HEX,
        32,
        r"d(?:api|ose|kea)[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])",
    ),
    Row("a Vault token", ("hvs.", "hvb.", "hvr."), DASHED, 24),
    Row("a Terraform token", (".atlasv1.",), DASHED, 50, r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{50,}+", back=14),
    Row("a Pulumi token", ("pul-",), HEX, 40),
    Row("a Prefect key", ("pnu_", "pnb_"), PLAIN, 36),
    Row("an Infracost key", ("ico-",), PLAIN, 32, mixed=True),
    Row("a Doppler token", ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."), PLAIN + "._-", 36),
    Row("a 1Password token", ("ops_eyJ",), BASE64, 100),
    Row("an OpenShift token", ("sha256~",), DASHED, 40),
    Row("a CircleCI token", ("CCIPAT_", "CCIPRJ_"), WORD, 40),
    Row("a Buildkite token", ("bkua_", "bkaj_"), HEX, 36),
    Row("a SonarQube token", ("sqp_", "squ_", "sqa_"), HEX, 40),
    Row("a Sentry token", ("sntrys_", "sntryu_"), BASE64 + "_", 40),
    Row(
        "a Sentry DSN",
        ("@o", ".ingest."),
        WORD,
        1,
        r"https?://([a-f0-9]{32}(?::[a-f0-9]{32})?)@[\w.-]{3,80}/\d+",
        back=90,
    ),
    Row("a Grafana token", ("glsa_",), WORD, 32),
    Row("a Grafana token", ("glc_",), BASE64, 32),
    Row("a New Relic key", ("NRAK-", "NRAL-", "NRIQ-", "NRII-", "NRJS-", "NRSP-", "NRAA-"), DASHED, 19),
    Row("a Dynatrace token", ("dt0c01.", "dt0s01.", "dt0s16."), UPPER + ".", 60),
    Row("a PostHog key", ("phx_",), PLAIN, 40),
    Row("a PlanetScale token", ("pscale_tkn_", "pscale_pw_", "pscale_oauth_"), DASHED + ".", 32),
    Row("a Neon key", ("napi_",), PLAIN, 40),
    Row("a Supabase key", ("sbp_", "sb_secret_"), WORD, 30),
    Row("a Contentful token", ("CFPAT-",), DASHED, 40),
    Row("a Linear key", ("lin_api_", "lin_oauth_"), PLAIN, 40),
    Row("a Notion token", ("ntn_", "secret_"), PLAIN, 43),
    Row("a Figma token", ("figd_", "figu_", "figo_"), DASHED, 36),
    Row("an Airtable token", ("pat",), PLAIN + ".", 14, r"pat[A-Za-z0-9]{14}\.[a-f0-9]{60,64}"),
    Row("an Asana token", ("0/", "1/", "2/"), PLAIN, 13, r"[012]/\d{13,20}(?:/\d{13,20})?:[a-f0-9]{32}"),
    Row("a Typeform token", ("tfp_",), DASHED + ".", 40),
    Row("a ReadMe key", ("rdme_",), PLAIN, 60),
    Row("a Frame.io token", ("fio-u-",), DASHED, 60),
    Row("an Adafruit key", ("aio_",), PLAIN, 28),
    Row("a MaxMind key", ("_mmk",), WORD, 1, r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", back=37),
    Row("a Mapbox token", ("sk.eyJ",), DASHED + ".", 60),
    Row("a Dropbox token", ("sl.",), DASHED, 120),
    Row("a HubSpot token", ("pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"), HEX + "-", 36),
    Row("a LaunchDarkly key", ("sdk-", "api-", "mob-"), HEX + "-", 36, rf"(?:sdk|api|mob)-{_UUID}(?!\w)"),
    Row("a Razorpay key", ("rzp_live_", "rzp_test_"), PLAIN, 14),
    Row("a Resend key", ("re_",), WORD, 24, r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?!\w)"),
    Row("a Vercel token", ("vercel_blob_rw_", "vcp_", "vci_", "vca_"), WORD, 24, mixed=True),
    Row("a Paddle key", ("pdl_live_apikey_", "pdl_sdbx_apikey_"), WORD, 26),
    Row("a Polar token", ("polar_oat_", "polar_pat_"), PLAIN, 30),
    Row("a Lob key", ("live_", "test_"), HEX, 35, r"(?:live|test)_(?:pub_)?[a-f0-9]{35}(?!\w)"),
    Row("a Honeycomb key", ("hcaik_", "hcaic_", "hcxik_"), PLAIN, 50),
    Row("an Axiom token", ("xaat-", "xapt-"), HEX + "-", 36),
    Row("an Inngest key", ("signkey-prod-", "signkey-test-"), HEX, 32),
    Row("a RunPod key", ("rpa_",), PLAIN, 40),
    Row("a Modal token", ("ak-", "as-"), PLAIN, 22, mixed=True),
    Row("a Weights & Biases key", ("wandb_v1_",), WORD, 60),
    Row("an Anyscale key", ("esecret_",), PLAIN, 20, mixed=True),
    Row("a DNSimple token", ("dnsimple_a_", "dnsimple_u_"), WORD, 32),
    Row("a Volcengine key", ("AKLT",), PLAIN, 40),
    Row("a Baidu key", ("ALTAK",), PLAIN, 20, mixed=True),
    Row("a Zuplo key", ("zpka_",), WORD, 30, mixed=True),
    Row(
        "a JetBrains token",
        ("perm:",),
        BASE64 + ".",
        40,
        r"perm:[\w+/=-]{8,200}\.[\w+/=-]{2,200}\.[\w+/=-]{16,200}",
    ),
    Row(
        "a Harness token",
        ("pat.", "sat."),
        DASHED + ".",
        60,
        r"[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}(?!\w)",
    ),
    Row("a Sourcegraph token", ("sgp_",), HEX + "local_", 40),
    Row("an Instagram token", ("IGQV", "IGQW"), DASHED, 60),
    Row(
        "a 1Password secret key",
        ("A3-",),
        UPPER + "-",
        26,
        r"A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}(?![\w-])",
    ),
    Row("a SettleMint token", ("sm_aat_", "sm_pat_", "sm_sat_"), PLAIN, 16),
    Row("a Defined Networking key", ("dnkey-",), DASHED, 60),
    Row("a Grafana key", ("eyJrIjoi",), PLAIN, 60),
    Row("a signed token", ("eyJ",), DASHED + ".", 20, _JWT),
    Row("an age key", ("AGE-SECRET-KEY-1",), "A-Z0-9", 40),
)
# Not looked for in every word: their first words stand alone on a line, and their text goes over many.
BLOCKS = ("PRIVATE KEY", "Private-Lines:")


class Kind:
    """A row of the table, with its compiled expressions."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.name = row.name
        # A run begins where none of its characters stands before. A slash may be that of an address.
        in_path = "|(?<=/)" if "/" in row.chars and min(map(len, row.signs)) >= _TELLING else ""
        self._begins = rf"(?:(?<![\w{row.chars}]){_ESCAPE}{in_path})"

    @cached_property
    def exact(self) -> re.Pattern[str]:
        row = self.row
        if row.shape:
            begins = rf"(?:(?<![A-Za-z0-9]){_ESCAPE})" if row.back or "/" in row.signs[0] else self._begins
            begins = begins if row.back or row.signs[0][0].isalnum() else ""
            return re.compile(begins + row.shape, re.ASCII)
        return re.compile(rf"{self._begins}(?:{_any(row.signs)})[{row.chars}]{{{row.least},}}+={{0,2}}", re.ASCII)

    @cached_property
    def half(self) -> re.Pattern[str]:
        """The expression for the beginning of such a key."""
        least = min(HALF, self.row.least)
        return re.compile(
            rf"{self._begins}(?:{_any(self.row.signs)})([{self.row.chars}]{{{least},}}+)={{0,2}}", re.ASCII
        )


def _any(signs: tuple[str, ...]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))


def _trie(signs: tuple[str, ...]) -> str:
    """One expression for all signs, which looks at each character once."""
    rest: dict[str, list[str]] = {}
    for sign in sorted(signs):
        if sign:
            rest.setdefault(sign[0], []).append(sign[1:])
    branches = [re.escape(letter) + _trie(tuple(each)) for letter, each in rest.items()]
    return f"(?:{'|'.join(branches)}){'?' if '' in signs else ''}" if branches else ""


def _signs(inside: bool) -> tuple[str, ...]:
    """The signs that stand inside a key or an address, or those that begin one."""
    return tuple({sign for row in ROWS for sign in row.signs if inside == bool(row.back or not sign[0].isalnum())})


KINDS = tuple(Kind(row) for row in ROWS)
SIGN = re.compile(rf"(?:(?<![A-Za-z0-9]){_ESCAPE}){_trie(_signs(False))}|{_trie(_signs(True))}")


@cache
def kinds_of(sign: str) -> tuple[Kind, ...]:
    """The kinds with that sign, then the kinds whose sign is a beginning of it."""
    longest = {
        kind: max((len(own) for own in kind.row.signs if sign.startswith(own)), default=0) for kind in KINDS
    }
    return tuple(sorted((kind for kind in KINDS if longest[kind]), key=lambda kind: -longest[kind]))
