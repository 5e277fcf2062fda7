import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium of this machine; throws with how to get it where there is none. */
export function launchChromium(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...places].find((path) => path && isProgram(path));
  if (!executablePath) {
    throw new Error(
      'There is no Chromium. Install it (`apt-get install chromium`), or say where it is: CHROMIUM=/path npm run test:browser',
    );
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
