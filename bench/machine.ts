/**
 * The machine that a bench runs on: figures mean nothing without it.
 *
 * @module
 */

/** Date, processor, load averages of 1, 5 and 15 minutes, runtime. */
export function conditions(): Record<string, string | number[]> {
  return { date: new Date().toISOString(), cpu: cpuName(), load: Deno.loadavg(), deno: Deno.version.deno };
}

/** What stands before a command so that it keeps to one processor; nothing for "any", or without `taskset`. */
export function pinning(cpu: string): string[] {
  return cpu === "any" || !runs("taskset") ? [] : ["taskset", "-c", cpu];
}

/** The last processor that this process may use: the first one has the system's work to do. */
export function lastCpu(): string {
  const allowed = /Cpus_allowed_list:\s*(.*)/.exec(Deno.readTextFileSync("/proc/self/status"))![1];
  return allowed.split(/[,-]/).at(-1)!;
}

function cpuName(): string {
  return /model name\s*:\s*(.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
}

function runs(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
