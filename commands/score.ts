import { runCommand } from './command-fault.ts';
import { parseScoreOptions, scoreHelp } from './score/options.ts';
import { scoreTree } from './score/score-tree.ts';

/** `npm run score`: what the detector makes of a history, as scores beside its points or as a report. */
await runCommand(async () => {
  const options = parseScoreOptions(process.argv.slice(2));
  if (options === 'help') return console.log(scoreHelp);
  const startedAt = performance.now();
  let faults = 0;
  const { files, rows, anomalies } = scoreTree(options, {
    print: (line) => console.log(line),
    fault: (file, what) => {
      faults += 1;
      console.error(`${file}: ${what}.`);
    },
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const found =
    options.to === undefined ? `, ${anomalies} anomalies from severity ${options.threshold} on` : '';
  const wrong = faults === 0 ? '' : `; ${faults} faults told above`;
  console.error(`${files} files scored, ${rows} rows${found}, in ${seconds} s${wrong}.`);
  if (files === 0) process.exitCode = 1;
});
