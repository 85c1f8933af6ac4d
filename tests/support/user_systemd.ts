/**
 * A real `systemd --user` of a test's own user, also on a machine that systemd has not booted, a container say. It
 * runs in a mount namespace of its own, in which it finds the control groups and the `/run` that it wants; the
 * rest of the file system, its sockets in `XDG_RUNTIME_DIR` among it, is everybody's.
 *
 * @module
 */
import { exists } from "../../scripts/packages.ts";
import { findProgram } from "../../src/platform/run.ts";
import { untilItIs } from "./until.ts";

const SYSTEMD = "/lib/systemd/systemd";

/** What it needs of the world; the first argument names its control group. */
const PREPARE = [
  "set -e",
  "mount -t tmpfs tmpfs /run",
  "mkdir -p /run/systemd/system", // stands for "booted with systemd"
  "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
  'mkdir -p "/sys/fs/cgroup/$1/manager"',
  'echo $$ > "/sys/fs/cgroup/$1/manager/cgroup.procs"',
].join("; ");

/** A running one; `await using` ends it and all that it started. */
export interface UserSystemd extends AsyncDisposable {
  readonly busAddress: string;
  /** Runs a program beside it. @returns What it printed, without spaces around it. @throws {Error} if it fails. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** `systemctl --user`. */
  systemctl(...args: string[]): Promise<string>;
}

/** Whether this machine lets us: root, on a Linux with control groups, with systemd and a bus for each user. */
export async function hasUserSystemd(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const isInstalled = exists(SYSTEMD) && exists("/usr/lib/systemd/user/dbus.socket") &&
    ["unshare", "nsenter", "systemctl", "busctl"].every((name) => findProgram(name) !== undefined);
  if (!isInstalled) return false;
  const args = [
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    `${PREPARE}; sleep 0`,
    "sh",
    "hakko-probe",
  ];
  const { success } = await new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).output();
  await removeControlGroups("hakko-probe");
  return success;
}

/**
 * Starts it, and waits until it answers.
 *
 * @param env Of a user; `HOME` and `XDG_RUNTIME_DIR` must be there, and the latter be a folder.
 */
export async function startUserSystemd(env: Readonly<Record<string, string>>): Promise<UserSystemd> {
  const group = `hakko-${crypto.randomUUID()}`;
  const script = `${PREPARE}; exec ${SYSTEMD} --user --log-target=console --log-level=warning`;
  const child = new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-c", script, "sh", group],
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  async function run(program: string, args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("nsenter", {
      args: [`--mount=/proc/${child.pid}/ns/mnt`, "--", program, ...args],
      env,
      clearEnv: true,
    }).output();
    const [out, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    if (!success) throw new Error(`${program} ${args.join(" ")}: ${out} ${complaints}`);
    return out!;
  }
  const systemctl = (...args: string[]) => run("systemctl", ["--user", "--no-pager", ...args]);
  await using made = new AsyncDisposableStack();
  made.defer(async () => {
    child.kill("SIGTERM"); // it ends all that it started, then itself
    await child.status;
    await removeControlGroups(group);
  });
  await untilItIs(() => systemctl("is-active", "timers.target").then(() => true, () => false));
  const parts = made.move();
  return {
    busAddress: `unix:path=${env["XDG_RUNTIME_DIR"]}/bus`,
    run,
    systemctl,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Ends whatever still runs in it, the app that a notice opened, say, and takes it away; wherever it is mounted. */
async function removeControlGroups(group: string): Promise<void> {
  const script = [
    "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    'group="/sys/fs/cgroup/$1"',
    'echo 1 > "$group/cgroup.kill"',
    // Empty only once the kernel has buried them.
    'for i in 1 2 3 4 5 6 7 8 9 10; do find "$group" -depth -type d -exec rmdir {} + && break; sleep 0.1; done',
  ].join(" && ");
  await new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-c", script, "sh", group],
    stdout: "null",
    stderr: "null",
  }).output();
}
