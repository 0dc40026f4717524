// SPDX-License-Identifier: GPL-2.0
// What is behind a cell of the matrix: the outcome of each state, side by side.
const data = JSON.parse(document.getElementById('data').textContent);
const names = { before: 'C before', kernel: 'running kernel', rust: 'Rust' };

function row(table, tag, texts, css) {
	const tr = table.insertRow();
	texts.forEach((text, i) => {
		const cell = document.createElement(tag);
		cell.textContent = text;
		if (css[i]) cell.className = css[i];
		tr.append(cell);
	});
}

function show(button) {
	const { job, op, word } = button.dataset;
	const box = document.getElementById('trace-' + job);
	const sides = [...new Set(['before', 'kernel', job, 'rust'])];
	const table = document.createElement('table');
	const rows = [];
	for (const [key, before] of Object.entries(data.before[op][word])) {
		const outcomes = sides.map(side => {
			if (side === 'before') return before;
			const other = data.others[side][op + ' ' + word + ' ' + key];
			return other === undefined ? before : other;
		});
		rows.push([key, outcomes, outcomes[sides.indexOf(job)] !== before]);
	}
	rows.sort((a, b) => b[2] - a[2]);
	table.className = 'list';
	row(table, 'th', ['state', ...sides.map(side => names[side] || 'C after')], []);
	for (const [key, outcomes] of rows)
		row(table, 'td', [data.states[key], ...outcomes.map(o => data.outcomes[o])],
			['', ...outcomes.map(o => o !== outcomes[0] ? 'other' : '')]);

	const head = document.createElement('h3');
	head.textContent = button.title;
	const how = document.createElement('p');
	const code = document.createElement('code');
	code.textContent = data.commands[job] + ' CELL="' + op + ' ' + word + '"';
	how.append('Once more: ', code);
	const scroll = document.createElement('div');
	scroll.className = 'scroll';
	scroll.append(table);
	box.replaceChildren(head, how, scroll);
	document.querySelectorAll('[aria-pressed]').forEach(b => b.removeAttribute('aria-pressed'));
	button.setAttribute('aria-pressed', 'true');
}

document.addEventListener('click', event => {
	const button = event.target.closest('button.cell');
	if (!button) return;
	show(button);
	document.getElementById('trace-' + button.dataset.job).scrollIntoView({ block: 'nearest' });
});
// The first red cell of the page is open.
const first = document.querySelector('button.cell.bad') || document.querySelector('button.cell');
if (first) show(first);
