import type { Metafile } from 'esbuild';

/** Bundles the console into `outDir`; resolves to esbuild's metafile. */
export function bundleConsole(outDir: string): Promise<Metafile>;
