/** A mistake of whoever runs a command, or something that they can mend: one sentence that says what to do. */
export class CommandFault extends Error {
  override name = 'CommandFault';
}

/** Errors of AWS's clients and of the network; they say by themselves what is wrong. */
const isForeign = (error: Error): boolean => '$metadata' in error || '$fault' in error || 'code' in error;

/** Runs a command: a fault becomes its sentence on stderr and an exit code, a mistake of ours is thrown on. */
export async function runCommand(command: () => Promise<void>, faultCode = 1): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof Error) || !(error instanceof CommandFault || isForeign(error))) throw error;
    const isSaid = error instanceof CommandFault;
    console.error(isSaid ? error.message : `It could not be done: ${error.message || error.name}.`);
    process.exitCode = faultCode;
  }
}
