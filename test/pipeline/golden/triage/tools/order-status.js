process.stdin.resume();
process.stdout.write(JSON.stringify({ state: "sent" }));
