// One control for each kind of parameter: {element, set(value)}; it calls `change(value)` when the visitor moves it.

function row(label) {
  const element = document.createElement("div");
  element.className = "row";
  const words = document.createElement("label");
  words.textContent = label;
  element.append(words);
  return [element, words];
}

function make(tag, attributes) { return Object.assign(document.createElement(tag), attributes); }

function slider(name, parameter, change) {
  const [element, words] = row(parameter.label + (parameter.unit ? ` (${parameter.unit})` : ""));
  const limits = { min: parameter.low, max: parameter.high, step: parameter.step };
  const number = make("input", { type: "number", ...limits, id: `number-${name}` });
  const range = make("input", { type: "range", ...limits, id: `slider-${name}` });
  words.htmlFor = range.id;
  number.setAttribute("aria-label", words.textContent);
  range.oninput = () => { number.value = range.value; change(Number(range.value)); };
  number.onchange = () => { range.value = number.value; change(Number(number.value)); };
  element.append(number, range);
  return { element, set: value => { range.value = value; number.value = value; } };
}

function choice(name, parameter, change) {
  const [element, words] = row(parameter.label);
  const select = make("select", { id: `choice-${name}` });
  words.htmlFor = select.id;
  select.append(...parameter.options.map(option => new Option(option, option)));
  select.onchange = () => change(select.value);
  element.append(select);
  return { element, set: value => { select.value = value; } };
}

function text(name, parameter, change) {           // a change counts when the visitor has stopped typing
  const [element, words] = row(parameter.label);
  const area = make("textarea", { id: `text-${name}`, rows: parameter.rows, maxLength: parameter.longest, spellcheck: false });
  words.htmlFor = area.id;
  let waiting;
  area.oninput = () => { clearTimeout(waiting); waiting = setTimeout(() => change(area.value), 700); };
  element.append(area);
  return { element, set: value => { if (area.value !== value) area.value = value; } };
}

function drawing(name, parameter, change, upload) {  // two hexadecimal digits per pixel; "" is the scene's own picture
  const [element, words] = row(parameter.label), side = parameter.side;
  const canvas = make("canvas", { width: side, height: side, id: `pen-${name}` });
  const context = canvas.getContext("2d"), pixels = new Uint8Array(side * side);
  const tools = make("div", { className: "tools" });
  let ink = 255, from = null, own = true, chosen = 0;
  words.htmlFor = canvas.id;

  function paint() {
    const shown = context.createImageData(side, side);
    pixels.forEach((level, k) => shown.data.set([level, level, level, 255], 4 * k));
    context.putImageData(shown, 0, 0);
  }
  function set(value) {
    own = value === "";
    if (own) value = parameter.own[chosen] ?? "";
    pixels.forEach((_, k) => { pixels[k] = value ? parseInt(value.substr(2 * k, 2), 16) : 0; });
    paint();
  }
  function tell() { own = false; change(Array.from(pixels, level => level.toString(16).padStart(2, "0")).join("")); }
  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * side - 0.5, (event.clientY - box.top) / box.height * side - 0.5];
  }
  function stroke([x0, y0], [x1, y1]) {             // the distance of each pixel from a piece of the line
    const length = Math.hypot(x1 - x0, y1 - y0) ** 2, radius = side / 28 * 1.1;
    for (let k = 0; k < pixels.length; k++) {
      const x = k % side, y = Math.floor(k / side);
      const along = length ? Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
      const distance = Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
      const cover = parameter.levels === 2 ? Number(distance < radius) : Math.min(1, Math.max(0, radius + 0.5 - distance));
      pixels[k] = ink ? Math.max(pixels[k], Math.round(255 * cover)) : Math.min(pixels[k], Math.round(255 * (1 - cover)));
    }
    paint();
  }
  const press = (label, act) => { const made = make("button", { textContent: label, onclick: act }); tools.append(made); return made; };
  if (parameter.pen) {
    canvas.onpointerdown = event => { canvas.setPointerCapture(event.pointerId); from = at(event); stroke(from, from); tell(); };
    canvas.onpointermove = event => { if (from) { const to = at(event); stroke(from, to); from = to; tell(); } };
    canvas.onpointerup = canvas.onpointercancel = () => { from = null; };
    const pen = press("Pen", () => choose(255)), eraser = press("Eraser", () => choose(0));
    const choose = level => { ink = level; pen.setAttribute("aria-pressed", ink > 0); eraser.setAttribute("aria-pressed", ink === 0); };
    choose(255);
    press("Clear", () => { pixels.fill(0); paint(); tell(); });
  }
  press("Original", () => { set(""); change(""); });
  const file = make("input", { type: "file", accept: "image/*", id: `file-${name}` });
  file.setAttribute("aria-label", "a picture of your own");
  file.onchange = () => { if (file.files.length) upload(file.files[0]); file.value = ""; };
  tools.append(file);
  element.append(canvas, tools);
  return { element, set, follow: number => { chosen = number; if (own) set(""); } };
}

export const controls = { slider, choice, text, drawing };
