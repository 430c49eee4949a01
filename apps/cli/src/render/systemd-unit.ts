/** What a unit is made of. */
export interface UnitParts {
  /** The program, and the arguments that it is run with. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly user: string | undefined;
}

/** A service of systemd that runs jobs, see systemd.service(5). */
export function scheduleUnit({ command, folder, user }: UnitParts): string {
  return `[Unit]
Description=Holdfast runs jobs
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
${user === undefined ? '' : `User=${escaped(user)}\n`}WorkingDirectory=${escaped(folder)}
ExecStart=${command.map(quoted).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
# Runs are given half a minute to end, with all that they have started, and given back then.
KillMode=mixed
TimeoutStopSec=60
Restart=always
RestartSec=10
Nice=10
# Passphrases and passwords of databases, readable by root only.
EnvironmentFile=-/etc/holdfast/environment

[Install]
WantedBy=multi-user.target
`;
}

/** `%` begins a specifier of systemd. */
const escaped = (text: string): string => text.replaceAll('%', '%%');

/** An argument of a command, see "Command lines" in systemd.service(5). */
function quoted(argument: string): string {
  const safe = escaped(argument).replaceAll('$', '$$$$');
  return /^[\w./:@%+=,$-]+$/.test(safe) ? safe : `"${safe.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}
