/** What the kernel knows about a child process. */

const CLOCK_TICKS_PER_SECOND = 100; // USER_HZ: fixed at 100 on every Linux that Deno runs on

/** CPU time of a process and the children it has waited for, in ms. */
export function cpuTimeMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return ticks * 1000 / CLOCK_TICKS_PER_SECOND;
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
  return Number(match?.[1]) / 1024;
}

/** Highest resident memory of a process so far, in MiB. */
export function peakMiB(pid: number): number {
  const match = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
  return Number(match?.[1]) / 1024;
}
