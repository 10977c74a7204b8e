// What the paid server counts. `questions` by name: {received, answered}.
export function createStats() {
  const questions = new Map();
  const totals = {
    /** Requests whose last byte has come. */
    received: 0,
    /** Whole, good answers whose last byte has left. */
    answered: 0,
    /** Of these and of all others that a provider would charge for. */
    billed: { requests: 0, input_tokens: 0, output_tokens: 0 },
    /** Requests at most that were thrown away with their connection, unread. */
    unseen: 0,
    inFlight: 0,
    mostInFlight: 0,
    held: 0,
    restarts: 0,
    faults: {},
  };
  const waiting = [];

  return {
    totals,
    /** How often this question has come, this time included. */
    receive(name) {
      const question = questions.get(name) ?? { received: 0, answered: 0 };
      questions.set(name, question);
      question.received += 1;
      totals.received += 1;
      totals.inFlight += 1;
      totals.mostInFlight = Math.max(totals.mostInFlight, totals.inFlight);
      return question.received;
    },
    answered(name) {
      questions.get(name).answered += 1;
      totals.answered += 1;
    },
    bill({ prompt_tokens, completion_tokens }) {
      totals.billed.requests += 1;
      totals.billed.input_tokens += prompt_tokens;
      totals.billed.output_tokens += completion_tokens;
    },
    fault(kind) {
      totals.faults[kind] = (totals.faults[kind] ?? 0) + 1;
    },
    /** Resolves when the total of this name is so high. */
    reached: (total, count) =>
      new Promise((resolve) => {
        waiting.push({ total, count, resolve });
      }),
    /** To be called when a total has changed. */
    changed() {
      for (const one of waiting.filter(({ total, count }) => totals[total] >= count)) {
        waiting.splice(waiting.indexOf(one), 1);
        one.resolve();
      }
    },
    report: () => ({ ...totals, questions: Object.fromEntries(questions) }),
  };
}
