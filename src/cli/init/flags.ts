export interface InitFlags {
  readonly input?: string;
  readonly task?: string;
  readonly text?: string;
  readonly labels?: string;
  readonly facts?: string;
  readonly language?: string;
  readonly model?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}
