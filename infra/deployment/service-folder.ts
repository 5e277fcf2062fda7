import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes `folder` one in which the deployment tool can package this service. The tool empties and fills
 * `.serverless` and `dist` where it runs, so two runs in one folder would take the files from under each other.
 */
export async function makeServiceFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // The tool takes no link for its configuration.
  await cp(join(root, 'serverless.yml'), join(folder, 'serverless.yml'));
  await symlink(join(root, 'infra'), join(folder, 'infra'));
}
