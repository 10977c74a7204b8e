export interface TestFlags {
  readonly record?: boolean;
  readonly simulate?: string;
  readonly update?: boolean;
  readonly watch?: boolean;
  readonly grep?: string;
  readonly format: 'text' | 'json' | 'junit' | 'github';
  readonly verbose?: boolean;
  /** What `--grep` says. */
  readonly pattern?: RegExp;
}
