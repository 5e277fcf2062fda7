// The runners' JSON reports, given as arguments, in a few plain lines: what failed and why, then how many passed.
import { readFileSync } from 'node:fs';

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const files = runs.flatMap((run) => run.testResults);
const firstLines = (text) => text.split('\n').slice(0, 3).join('\n    ');

for (const file of files) {
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  for (const test of failed) {
    console.log(`FAILED ${file.name}: ${test.fullName}\n    ${firstLines(test.failureMessages.join('\n'))}`);
  }
  if (file.status === 'failed' && failed.length === 0)
    console.log(`FAILED ${file.name}\n    ${firstLines(file.message)}`);
}
if (runs.some((run) => run.numPassedTests === 0)) {
  console.error('no test was executed');
  process.exitCode = 1;
} else {
  const sum = (name) => runs.reduce((total, run) => total + run[name], 0);
  console.log(
    `${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`,
  );
}
