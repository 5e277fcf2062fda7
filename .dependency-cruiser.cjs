/** What may import what: one rule a folder, each with its reason. `npm run check:imports` checks it. */

/** The folders that are packaged and deployed. */
const shipped = '^(functions|infra|events|domain)/';

module.exports = {
  forbidden: [
    {
      name: 'domain-alone',
      comment:
        'domain/ decides. It knows no AWS, no wire, no clock: what it needs beside itself is a calendar library.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^(domain/|node_modules/temporal-polyfill/)' },
    },
    {
      name: 'events-on-domain',
      comment:
        'events/ is the wire: it turns bytes into facts of the domain and back. Beside the domain it needs bytes.',
      severity: 'error',
      from: { path: '^events/' },
      to: { pathNot: '^(events/|domain/|buffer$)' },
    },
    {
      name: 'infra-below-functions',
      comment:
        'infra/ adapts AWS to the ports of the domain. It serves every Lambda and so knows none of them.',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^functions/' },
    },
    {
      name: 'functions-apart',
      comment: 'A Lambda is deployed alone. What two of them need belongs below them.',
      severity: 'error',
      from: { path: '^functions/([^/]+)\\.ts$' },
      to: { path: '^functions/', pathNot: '^functions/$1\\.ts$' },
    },
    {
      name: 'shipped-stands-alone',
      comment: 'What is deployed must not need what is only there to run, measure, show or test it.',
      severity: 'error',
      from: { path: shipped },
      to: { path: '^(local|commands|bench|console|test)/' },
    },
    {
      name: 'shipped-on-dependencies',
      comment:
        'What is deployed comes from `dependencies`: a development tool in a bundle is one too many. ' +
        'infra/deployment and infra/bundle*.js run beside the deployment tool and are not deployed.',
      severity: 'error',
      from: { path: shipped, pathNot: '^infra/(deployment/|bundle(-console)?\\.js$)' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-apart',
      comment:
        'console/ runs in a browser and knows the product by its HTTP contract alone. What it loads counts in ' +
        'kilobytes: a small renderer, a small plotter, and nothing else.',
      severity: 'error',
      from: { path: '^console/' },
      to: { pathNot: '^(console/|node_modules/(preact|@preact/signals|uplot)/)' },
    },
    {
      name: 'tests-apart',
      comment: 'Tests are read by nobody but the test runner.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycle',
      comment: 'In a cycle no file can be understood before the others.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'What cannot be found cannot be bundled either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
