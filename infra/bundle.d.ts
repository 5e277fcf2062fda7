import type { Metafile } from 'esbuild';

/** Names of the Lambdas: the files of functions/. */
export function functionNames(): Promise<string[]>;

/** Bundles every Lambda into `outDir`/<name>.js (default: dist); resolves to esbuild's metafile. */
export function bundleFunctions(outDir?: string, only?: string[]): Promise<Metafile>;
