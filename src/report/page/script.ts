/**
 * The script of the page: the table of records is searched, filtered, sorted, and its rows open. Without it, all of them
 * stand there. It reads texts and makes none of them markup.
 */
export const pageScript = `
'use strict';
(() => {
  const table = document.getElementById('record-table');
  if (table === null) return;
  document.documentElement.classList.add('js');
  const bodies = Array.from(table.tBodies);
  const search = document.getElementById('search');
  const outcome = document.getElementById('outcome');
  const shown = document.getElementById('shown');
  const texts = new Map();
  const textOf = (body) => {
    let text = texts.get(body);
    if (text === undefined) texts.set(body, (text = body.textContent.toLowerCase()));
    return text;
  };
  const count = (number) => number.toLocaleString('en-US');
  const filter = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let left = 0;
    for (const body of bodies) {
      const fits =
        (outcome.value === '' || body.dataset.outcome === outcome.value) &&
        (words.length === 0 || words.every((word) => textOf(body).includes(word)));
      body.hidden = !fits;
      if (fits) left += 1;
    }
    shown.value = left === bodies.length ? count(left) + ' records' : count(left) + ' of ' + count(bodies.length);
  };
  let waiting;
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  outcome.addEventListener('change', filter);
  document.getElementById('controls').addEventListener('submit', (event) => {
    event.preventDefault();
    filter();
  });
  const toggle = (body, open) => {
    body.classList.toggle('open', open);
    body.querySelector('.toggle').setAttribute('aria-expanded', String(open));
    const details = body.querySelector('details');
    if (details !== null) details.open = open;
  };
  table.addEventListener('click', (event) => {
    const button = event.target.closest('.toggle');
    if (button !== null) {
      const body = button.closest('tbody');
      toggle(body, !body.classList.contains('open'));
    }
  });
  const value = (body, name) => {
    const text = body.dataset[name] ?? '';
    return name === 'key' || name === 'outcome' ? text : text === '' ? null : Number(text);
  };
  const sort = (name, ascending) => {
    const valued = bodies.map((body, at) => ({ body, at, value: value(body, name) }));
    valued.sort((one, other) => {
      if (one.value === other.value) return one.at - other.at;
      if (one.value === null) return 1;
      if (other.value === null) return -1;
      const order =
        typeof one.value === 'number' ? one.value - other.value : one.value.localeCompare(other.value);
      return (ascending ? order : -order) || one.at - other.at;
    });
    table.append(...valued.map(({ body }) => body));
  };
  for (const header of table.tHead.rows[0].cells) {
    const name = header.dataset.sort;
    if (name === undefined) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const ascending = header.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      sort(name, ascending);
    });
  }
  filter();
})();
`;
