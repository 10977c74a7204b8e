/** The codes of one subject, each with what it means and the remedy. */
export type CodeTable = { readonly [code: string]: readonly [means: string, remedy: string] };
