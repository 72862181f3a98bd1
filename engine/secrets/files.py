"""Files whose names say that they hold secrets: no model sees anything of them."""

from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath

SECRET_NAMES: tuple[str, ...] = (
    # Environments.
    *(
        ".env",
        ".env.*",
        "*.env",
        ".envrc",
        ".env_*",
        ".env-*",
        "env.local",
        "*.env.local",
        ".flaskenv",
        ".dev.vars",
    ),
    *(
        "*.env.enc",
        ".secrets",
        ".secrets.*",
        ".secret",
        ".secret.*",
        ".credentials",
        ".credentials.*",
        "secring.*",
    ),
    # Logins of programs.
    *(".netrc", "_netrc", ".npmrc", ".yarnrc", ".pypirc", ".pgpass", "pgpass.conf", ".htpasswd", ".htdigest"),
    *(".my.cnf", ".mylogin.cnf", "my.cnf", ".mysqlrc", ".psqlrc", ".mongorc.js", ".mongoshrc.js", ".cqlshrc"),
    *(".git-credentials", ".gitcredentials", ".gitconfig.local", "git-credentials", ".hub", ".s3cfg", ".s3fs"),
    *(".passwd-s3fs", ".boto", ".gsutil", ".bigqueryrc", ".dockercfg", ".dockerconfigjson", "dockerconfig.json"),
    *(
        ".terraformrc",
        "terraform.rc",
        "credentials.tfrc.json",
        ".vault-token",
        ".vault[-_]pass*",
        "vault[-_]pass*",
    ),
    *(".vault_password", "rclone.conf", ".rclone.conf", ".lftprc", ".ftpconfig", "sftp.json", ".remote-sync.json"),
    *("sftp-config.json", ".ftpquota", "filezilla.xml", "recentservers.xml", "sitemanager.xml", "winscp.ini"),
    *(".smbcredentials", ".cifs*", ".fetchmailrc", ".msmtprc", ".mutt-secrets", ".offlineimaprc", ".mbsyncrc"),
    *(".esmtprc", ".wgetrc", ".curlrc", "_curlrc", ".gemrc", ".irbrc.local", ".ercrc", "hub.token", ".nugetrc"),
    *("nuget.config.user", ".jupyter_token", ".kaggle.json", "kaggle.json", ".twitterrc", ".trc", ".heroku_token"),
    *("auth.json", ".auth.json", "token.json", "*.token", "*_token.txt", "*-token.txt", "apikey.txt"),
    *(
        "api[-_]key*.txt",
        "api[-_]keys.*",
        "api[-_]key.{data}",
        "passwords",
        "passwords.*",
        "password.txt",
        "passwd",
    ),
    *("shadow", "master.key", "*.master.key", "credentials.yml.enc", "master.passwd", ".pass", "logins.json"),
    *("key[34].db", "signons.sqlite", "login data", "cookies.sqlite", "cookies.txt", "web data", "local state"),
    # Keys and certificates with their keys.
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.p8", "*.pk8", "*.p7b.key", "*.jks", "*.jceks", "*.bks", "*.keystore"),
    *("*.kdb", "*.kdbx", "*.ppk", "*.asc", "*.gpg", "*.pgp", "*.age", "*.agekey", "age-key*.txt", "key.txt.age"),
    *("keys.txt.age", "*.ovpn", "wg*.conf", "*.wg.conf", "*.keytab", "*.snk", "*.pvk", "*.rsa", "*.dsa", "*.der"),
    *("*.jwk", "*.jwks.json", "*.agilekeychain", "*.opvault", "*.1pif", "*.keychain", "*.keychain-db", "*.psafe3"),
    *("*.mobileprovision", "*.privkey", "*.private", "*private[-_]key*.{data}", "privkey*", "private[-_]key"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "identity", "ssh_host_*_key", "authorized_keys.private"),
    *("*_rsa", "*_dsa", "*_ecdsa", "*_ed25519", "key.properties", "keystore.properties", "signing.properties"),
    # Clouds.
    *("kubeconfig", "kubeconfig.*", "*.kubeconfig", "kube.config", "admin.conf", "kubelet.conf", "k3s.yaml"),
    *("credentials", "secrets", "credentials.{data}", "secrets.{data}", "secret.{data}", "*.secret", "*.secrets"),
    *("*-secret.{data}", "*-secrets.{data}", "*_secret.{data}", "*_secrets.{data}", "*.secret.{data}"),
    *("*.secrets.{data}", "secret-*.{data}", "secrets-*.{data}", "secrets.*.{data}", "credentials.*.{data}"),
    *("credentials-*.{data}", "*-credentials.{data}", "*_credentials.{data}", "credential.{data}", "creds.{data}"),
    *("*service[-_]account*.json", "serviceaccount*.json", "client[-_]secret*.json", "client_secrets.json"),
    *("application_default_credentials.json", "*firebase-adminsdk*.json", "gcp[-_]key*.json", "gcloud*.json"),
    *("accesskeys.csv", "*accesskeys*.csv", "*credentials*.csv", "rootkey.csv", "azureauth.properties"),
    *("azureprofile.json", "accesstokens.json", "msal_token_cache.*", "*.publishsettings", "publishprofile.xml"),
    *("*.pubxml.user", "*.tfvars", "*.tfvars.json", "*.auto.tfvars*", "*.tfstate", "*.tfstate.*", ".pulumi.key"),
    *("servicestack.license", "local.settings.json", "pulumi.*.secrets.yaml", "sops.yaml.dec", "*.dec.yaml"),
    # Frameworks.
    *("wp-config.php", "wp-config-*.php", "localsettings.php", "configuration.php", "settings.local.php"),
    *("local_settings.py", "secret_settings.py", "settings_local.py", "secret_key.txt", "secret_token.rb"),
    *("secret_key_base*", "database.yml", "appsettings.production.json", "usersecrets.json", "web.*.config"),
    *("appsettings.staging.json", "appsettings.secrets.json", "appsettings.local.json"),
    *("connectionstrings.config", "context.xml.secret", "jenkins.security.*", "hudson.util.secret"),
    *(
        "credentials.xml",
        "jmxremote.password",
        "tomcat-users.xml",
        "standalone-secrets.xml",
        "gradle.properties.local",
    ),
    *("google-services.json", "googleservice-info.plist", "settings-security.xml", "robomongo.json"),
    *("pillar.secret", "proxychains.conf", "ansible-vault*", "group_vars.vault", "vault.yml", "vault.yaml"),
    *("initial_root_password", "unattend.xml", "sysprep.inf", "sysprep.xml", "ntds.dit", "sam.hiv"),
    # What was typed, and what a program wrote down.
    *(".*_history", ".history", "*.history.private", "consolehost_history.txt", ".bash_history*", ".zhistory"),
    *(".lesshst", ".viminfo", ".node_repl_history", ".rediscli_history", "fish_history", ".sh_history"),
    *("*.pcap", "*.pcapng", "*.har", "wallet.dat", "*.wallet", "keystore--utc--*", "utc--20*", "mnemonic.txt"),
    *("seed.txt", "recovery-codes.txt", "recovery_codes.txt", "*recovery-codes*.txt", "backup-codes.txt"),
)
SECRET_FOLDERS = tuple(
    """
    .ssh .gnupg .aws .kube .azure .password-store .config/gcloud .secrets keyrings
    """.split()
)
# The end of a path, where the name alone says nothing.
SECRET_PATHS = tuple(
    """
    .docker/config.json .cargo/credentials* .gem/credentials .config/gh/hosts.yml .config/hub
    .config/doctl/config.yaml .fly/config.yml .netlify/config.json .m2/settings.xml .composer/auth.json
    .gradle/gradle.properties .ivy2/.credentials .sbt/.credentials .subversion/auth/* .wrangler/*.toml
    .config/op/config .huggingface/token huggingface/token .databrickscfg .snowsql/config
    .streamlit/secrets.toml .oci/config .bluemix/config.json .config/configstore/*.json etc/shadow
    """.split()
)
# Files of these names are written to be shared.
SHARED_NAMES = tuple(
    """
    *.example *.sample *.template *.tmpl *.dist *.pub *.tpl *.j2 *.schema.json .env.example.*
    .env.sample.* .env.template.* .env.dist.* example.env sample.env template.env *[._-]example.{data}
    *[._-]sample.{data} *[._-]template.{data} *.dist.{data} *[-_]sample.php *.example.php .env.defaults
    .env.schema *.example.tfvars *.tfvars.example
    """.split()
)
# `credentials.py` is code, these hold the credentials themselves.
_DATA_SUFFIXES = tuple(
    """
    json json5 jsonc yaml yml toml ini xml txt csv tsv properties cfg conf config enc db sqlite plist edn
    hcl bin asc
    """.split()
)
_BACKUP_ENDS = tuple(
    """
    ~ .bak .backup .old .orig .save .sav .copy .tmp .temp .swp .swo .swn .1 .2 .3 .rej .new .prev
    .previous .bkp .back .disabled .off # .gz .zip .bz2 .xz .zst
    """.split()
)
_MOST_ENDS = 3


@lru_cache(maxsize=4096)
def has_secret_name(path: str) -> bool:
    """Whether the path alone says that the file holds secrets, or a copy of such a file."""
    file = PurePath(path.replace("\\", "/"))
    names = _without_backup_ends(file.name.lower())
    if _is_among(names, _spelt(SHARED_NAMES)):
        return False
    folders = "/".join(("", *(part.lower() for part in file.parts[:-1]), ""))
    if any(f"/{folder}/" in folders for folder in SECRET_FOLDERS):
        return True
    if any(fnmatchcase(folders + name, f"*/{pattern}") for name in names for pattern in SECRET_PATHS):
        return True
    return _is_among(names, _spelt(SECRET_NAMES))


def _is_among(names: list[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _without_backup_ends(name: str) -> list[str]:
    """The name, and what it is a copy of: `.env~`, `#.env#`, `key.pem.bak`, `.my.cnf.swp`, `..env.swp`."""
    names = [name]
    name = name.removeprefix("#").removeprefix("copy of ").removeprefix(".#")
    for _ in range(_MOST_ENDS):
        names.append(name)
        end = next((end for end in _BACKUP_ENDS if name.endswith(end) and len(name) > len(end)), "")
        name = name.removesuffix(end) if end else name
    names += [name, name.removeprefix(".")]  # a swap file has one dot more
    return list(dict.fromkeys(names))


@lru_cache(maxsize=2)
def _spelt(patterns: tuple[str, ...]) -> tuple[str, ...]:
    spelt = (
        pattern.replace("{data}", suffix)
        for pattern in patterns
        for suffix in (_DATA_SUFFIXES if "{data}" in pattern else [""])
    )
    return tuple(dict.fromkeys(spelt))
