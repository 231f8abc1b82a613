
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const { words } = data;
const STATES = ['may_be_gone', 'not_deleted', 'was_not_there', 'gone'];
const ROWS_ON_SCREEN = 100;
const ROWS_ON_PAPER = 1000;
const LISTED_ON_TOP = 100;

// Texts only ever become text: no string is read as HTML here.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (value) => value.toLocaleString(data.lang);
const two = (value) => String(value).padStart(2, '0');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || words.localTime;
const zones = zone === 'UTC' ? zone : `${zone}, UTC`;

function clock(ms) {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

function local(ms) {
  const time = new Date(ms);
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock(ms)}`;
}

const utc = (ms) => new Date(ms).toISOString();
const bothTimes = (ms) => [local(ms), element('small', {}, utc(ms))];

// The columns of the table: a row's value, and how it is shown where that differs.
const columns = [
  { name: 'userId', at: 0, className: 'id' },
  { name: 'state', at: 1, show: (row) => element('b', { class: STATES[row[1]] }, words.states[STATES[row[1]]]) },
  ...(data.withBackup ? ['name', 'mobile', 'company'].map((name, n) => ({ name, at: 9 + n })) : []),
  { name: 'time', at: 2, show: (row) => bothTimes(row[2]) },
  ...(data.files.length > 1 ? [{ name: 'file', at: 3, show: (row) => data.files[row[3]].name }] : []),
  { name: 'run', at: 4 },
  { name: 'attempts', at: 5 },
  { name: 'requestId', at: 6, className: 'id' },
  { name: 'meaning', at: 7, show: meaningOf },
];

function meaningOf(row) {
  const [code, meaning] = [row[7], data.meanings[row[8]]];
  return code === null ? meaning : element('span', {}, element('code', {}, code), ' ', meaning);
}

function cells(row) {
  return columns.map((column) => {
    const content = [column.show ? column.show(row) : row[column.at] ?? ''].flat().filter((part) => part !== '');
    const attributes = { 'data-label': words.columns[column.name] };
    if (column.className) attributes.class = column.className;
    return element('td', attributes, ...content);
  });
}

function heading() {
  const count = STATES.reduce((sum, state) => sum + data.totals[state], 0);
  return [
    element('h1', {}, words.title),
    element('p', { class: 'quiet' }, fill(words.made, { time: local(data.made), zone, utc: utc(data.made) })),
    element('p', {}, fill(words.counted, { count: number(count) })),
  ];
}

function mayBeGone() {
  const count = data.totals.may_be_gone;
  if (count === 0) return null;
  const first = data.rows.filter((row) => row[1] === 0).slice(0, LISTED_ON_TOP);
  const ids = element('p', {});
  for (const row of first) ids.append(element('code', {}, row[0]), ' ');
  if (count > first.length) ids.append(fill(words.andMore, { count: number(count - first.length) }));
  return element('section', { class: 'warning' },
    element('h2', {}, fill(words.mayBeGone, { count: number(count) })),
    element('p', {}, words.mayBeGoneMeans), element('p', {}, words.mayBeGoneAdvice), ids);
}

function totals() {
  const tiles = [...STATES].reverse().map((state) => element('div', { class: state },
    element('b', {}, number(data.totals[state])), element('span', {}, words.states[state]),
    element('small', {}, words.stateMeanings[state])));
  return element('section', { class: 'totals', id: 'totals' }, ...tiles);
}

function facts(pairs) {
  const list = element('dl');
  for (const [name, ...value] of pairs.filter(Boolean)) {
    list.append(element('dt', {}, name), element('dd', {}, ...value));
  }
  return list;
}

function howItEnded(run) {
  if (!run.closed) return words.notClosed;
  if (!run.stopped) return words.closed;
  const why = words.stopped[run.stopped.reason];
  const { code, meaning } = run.stopped;
  return code ? `${why} (${code}${meaning ? `: ${meaning}` : ''})` : why;
}

function requestOf(run) {
  const { list, filters, options, library } = run.request;
  const given = Object.entries(options ?? {}).map(([name, value]) => `${name} ${value ?? words.none}`);
  return facts([
    [words.begun, ...bothTimes(run.begun)],
    [words.ended, howItEnded(run), element('small', {}, `${local(run.last)} · ${utc(run.last)}`)],
    list && [words.list, list.name ?? words.noListFile,
      list.count === undefined ? '' : ` · ${fill(words.ids, { count: number(list.count) })}`,
      list.sha256 ? element('small', {}, 'SHA-256 ', element('code', {}, list.sha256)) : ''],
    filters && [words.filters, element('code', {}, filters.join(' ')), ` ${words.withoutValues}`],
    given.length > 0 && [words.options, element('code', {}, given.join(' · '))],
    library && [words.library, library],
    run.throttled.length > 0 && [words.throttled, throttling(run.throttled)],
  ]);
}

function throttling(spans) {
  const times = spans.reduce((sum, span) => sum + span[2], 0);
  const seconds = spans.reduce((sum, span) => sum + span[1] - span[0], 0) / 1000;
  return fill(words.throttling, { times: number(times), seconds: number(Math.round(seconds)) });
}

// What became known when, in one run: bars over time, on pauses for throttling.
function plot(run) {
  const [width, height, bottom] = [innerWidth < 600 ? 420 : 900, 190, 24];
  const from = run.begun;
  const until = Math.max(run.last, from + 1000, ...run.throttled.map((span) => span[1]));
  const x = (ms) => ((Math.min(Math.max(ms, from), until) - from) / (until - from)) * width;
  const { start, step, bins } = run.plot;
  const sums = bins.map((bin) => bin.reduce((sum, count) => sum + count, 0));
  const most = Math.max(0, ...sums);
  const y = (count) => (height - bottom) - (count / most) * (height - bottom - 22);
  const drawing = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': fill(words.plot, { run: run.number }) });
  for (const [begin, end, times] of run.throttled) {
    drawing.append(shape('rect', { class: 'pause', x: x(begin), y: 16, width: Math.max(2, x(end) - x(begin)), height: height - bottom - 16 },
      shape('title', {}, `${words.throttled}: ${clock(begin)} – ${clock(end)} (${times})`)));
  }
  bins.forEach((bin, n) => {
    const begin = start + n * step;
    let sum = 0;
    [...STATES].reverse().forEach((state) => {
      const count = bin[STATES.indexOf(state)];
      if (count === 0) return;
      drawing.append(shape('rect', { class: state, x: x(begin), y: y(sum + count), width: Math.max(1.5, x(begin + step) - x(begin) - 0.5), height: y(sum) - y(sum + count) },
        shape('title', {}, `${clock(begin)} – ${clock(begin + step)}: ${number(count)} ${words.states[state]}`)));
      sum += count;
    });
  });
  drawing.append(shape('line', { class: 'axis', x1: 0, x2: width, y1: height - bottom, y2: height - bottom }));
  // A run may have ended no id: it has no bars to measure.
  if (most > 0) drawing.append(shape('text', { x: 0, y: 12 }, fill(words.perBin, { count: number(most), seconds: step / 1000 })));
  for (const [part, anchor] of [[0, 'start'], [0.5, 'middle'], [1, 'end']]) {
    const ms = from + (until - from) * part;
    const text = part === 0 ? local(ms) : clock(ms);
    drawing.append(shape('text', { x: x(ms), y: height - 6, 'text-anchor': anchor }, text));
  }
  if (!run.closed || run.stopped) {
    const at = x(run.last);
    drawing.append(shape('line', { class: 'end', x1: at, x2: at, y1: 16, y2: height - bottom }));
    const anchor = at > width / 2 ? 'end' : 'start';
    drawing.append(shape('text', { x: at, y: 12, 'text-anchor': anchor },
      run.closed ? words.stoppedHere : words.notClosedHere));
  }
  return drawing;
}

function key() {
  const entries = [...STATES].reverse().map((state) => element('span', { class: state },
    element('i'), element('span', {}, words.states[state])));
  entries.push(element('span', {}, element('i', { class: 'pause' }), element('span', {}, words.throttled)));
  return element('p', { class: 'key' }, ...entries);
}

function fileSection(file) {
  const section = element('section', {}, element('h2', {}, fill(words.file, { name: file.name })),
    facts([
      [words.app, file.appKey ? element('code', {}, file.appKey) : words.accessToken],
      [words.endpoint, element('code', {}, file.endpoint)],
      [words.sha256, element('code', {}, file.sha256), element('small', {}, fill(words.bytes, { count: number(file.bytes) }))],
      file.torn && [words.torn, fill(words.tornLine, { line: number(file.torn) })],
    ]));
  if (file.records.length < file.runs) {
    section.append(element('p', {}, fill(words.lastRuns, { shown: file.records.length, all: number(file.runs) })));
  }
  if (file.records.length > 0) section.append(key());
  for (const run of file.records) {
    section.append(element('h3', {}, fill(words.runNumber, { number: run.number })), requestOf(run), plot(run));
  }
  return section;
}

function table() {
  let [shown, first, sorted, descending] = [[], 0, null, false];
  let haystacks = null;
  const body = element('tbody');
  const position = element('span', { id: 'position', 'aria-live': 'polite' });
  const search = element('input', { id: 'search', type: 'search', placeholder: words.search, 'aria-label': words.search, autocomplete: 'off' });
  const state = element('select', { id: 'state', 'aria-label': words.columns.state }, element('option', { value: '' }, words.allStates));
  STATES.forEach((name, n) => state.append(element('option', { value: n }, words.states[name])));
  const [back, on] = [words.back, words.on].map((text) => element('button', { type: 'button' }, text));
  back.id = 'back';
  on.id = 'on';

  const textOf = (row) => [row[0], row[6], row[7], data.meanings[row[8]], words.states[STATES[row[1]]], ...row.slice(9)]
    .filter((part) => part !== null && part !== undefined).join('\n').toLowerCase();

  function render(count = ROWS_ON_SCREEN) {
    const rows = shown.slice(first, first + count);
    body.replaceChildren(...rows.map((n) => element('tr', {}, ...cells(data.rows[n]))));
    position.textContent = shown.length === 0 ? words.nothingFound : fill(words.position, {
      from: number(first + 1), to: number(first + rows.length), all: number(shown.length) });
    back.disabled = first === 0;
    on.disabled = first + count >= shown.length;
  }

  function select() {
    const wanted = search.value.trim().toLowerCase();
    if (wanted !== '') haystacks ??= data.rows.map(textOf);
    shown = [];
    data.rows.forEach((row, n) => {
      if (state.value !== '' && row[1] !== Number(state.value)) return;
      if (wanted === '' || haystacks[n].includes(wanted)) shown.push(n);
    });
    order();
  }

  function order() {
    if (sorted !== null) {
      const { at } = sorted;
      const value = (row) => row[at] ?? '';
      const sign = descending ? -1 : 1;
      shown.sort((one, other) => {
        const [a, b] = [value(data.rows[one]), value(data.rows[other])];
        return a < b ? -sign : a > b ? sign : one - other;
      });
    }
    first = 0;
    render();
  }

  const head = element('tr');
  for (const column of columns) {
    const button = element('button', { type: 'button' }, words.columns[column.name]);
    const cell = element('th', { scope: 'col', 'aria-sort': 'none' }, button);
    if (column.name === 'time') button.append(` (${zones})`);
    button.addEventListener('click', () => {
      descending = sorted === column && !descending;
      sorted = column;
      for (const other of head.children) other.setAttribute('aria-sort', 'none');
      cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      order();
    });
    head.append(cell);
  }
  search.addEventListener('input', select);
  state.addEventListener('change', select);
  back.addEventListener('click', () => { first = Math.max(0, first - ROWS_ON_SCREEN); render(); });
  on.addEventListener('click', () => { first += ROWS_ON_SCREEN; render(); });
  addEventListener('beforeprint', () => render(ROWS_ON_PAPER));
  addEventListener('afterprint', () => render());
  const form = element('form', { role: 'search' }, search, state);
  form.addEventListener('submit', (event) => event.preventDefault());
  select();
  return element('section', {}, element('h2', {}, words.allIds),
    data.leftOut > 0 ? element('p', {}, fill(words.leftOut, { count: number(data.leftOut), shown: number(data.rows.length) })) : null,
    form, element('table', { class: 'ids' }, element('thead', {}, head), body),
    element('nav', {}, back, position, on));
}

function footer() {
  const lines = [words.proves, data.withBackup ? words.personal : words.noNames, fill(words.by, { version: data.version })];
  return element('footer', {}, ...lines.map((line) => element('p', {}, line)));
}

document.getElementById('page').append(...[
  ...heading(), mayBeGone(), totals(), ...data.files.map(fileSection), table(), footer(),
].filter(Boolean));
