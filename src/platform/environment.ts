/** Reads one environment variable; `undefined` when it is not set. Handed in, so that tests bring their own. */
export type Environment = (name: string) => string | undefined;

/** What programs that we start may need: where things are, which screen and which language. Nothing else. */
const CHILD_VARIABLES = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"],
  ...["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"],
  ...["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CURRENT_DESKTOP"],
  ...["SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"],
] as const;

/** The real environment. A variable that this process has no permission to read counts as not set. */
export function readEnvironment(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

/** Reads a secret and takes it out of the environment, so that no program that is started later inherits it. */
export function takeSecret(name: string): string | undefined {
  const value = readEnvironment(name);
  if (value !== undefined) Deno.env.delete(name);
  return value === "" ? undefined : value;
}

/** The variables that a program we start inherits. */
export function childEnvironment(read: Environment = readEnvironment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of CHILD_VARIABLES) {
    const value = read(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}
