import { execFile } from "node:child_process";
import type { Documents } from "./documents.ts";

/** `hearth doctor`, as a document. */
export async function show(program: string, documents: Documents): Promise<void> {
  const said = await new Promise<string>((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100" };
    execFile(program, ["doctor"], { timeout: 120_000, env }, (error, stdout, stderr) => {
      resolve(stdout + stderr || (error?.message ?? ""));
    });
  });
  await documents.show("doctor.txt", said);
}
