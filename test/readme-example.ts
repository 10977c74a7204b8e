import { formatDiagnostics, loadPipeline, recordsOf, runPipeline } from 'prompt-pipe';

const { plan, diagnostics } = await loadPipeline('tickets.yaml');
const mistakes = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: process.cwd() });
if (plan === undefined) throw new Error(mistakes);

const rows = [{ id: 't1', text: 'Where is my parcel?' }];
for await (const event of runPipeline(plan, recordsOf(rows), { env: process.env })) {
  if (event.type === 'record_finished') {
    if (event.outcome === 'succeeded') console.log(event.output);
    if (event.outcome === 'failed') console.error(event.key, event.error.message);
  }
  if (event.type === 'run_finished') console.log(event.state, event.reason?.message, event.usage.total);
}
