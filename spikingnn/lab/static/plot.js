// Draws a picture, rows of axes with marks, on one canvas. `marks.py` says what there is.

const INK = "#1a1a1a", FRAME = "#555";

function floats(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function ticks(low, high, most) {       // round numbers: 1, 2 or 5 times a power of ten
  const rough = (high - low) / Math.max(most, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-6); k * step <= high + 1e-6 * step; k++) found.push(k * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return found.map(value => [value, Math.abs(value) >= 1e5 ? value.toExponential(0) : value.toFixed(Math.min(digits, 8)).replace("-", "−")]);
}

function decades(low, high) {
  const found = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power++) found.push([10 ** power, `${10 ** power}`.slice(0, 7)]);
  return found;
}

function colour(fraction, signed) {     // black to white; or blue, white, orange
  if (!signed) return [255 * fraction, 255 * fraction, 255 * fraction];
  const end = fraction < 0.5 ? [0, 90, 160] : [200, 80, 0], share = Math.abs(2 * fraction - 1);
  return end.map(level => 255 + (level - 255) * share);
}

export class Plot {
  constructor(canvas, push) {
    Object.assign(this, { canvas, push, picture: null, boxes: [], pushed: null });
    new ResizeObserver(() => this.redraw()).observe(canvas);
    canvas.addEventListener("pointerdown", event => this.pressed(event, true));
    canvas.addEventListener("pointermove", event => this.pressed(event, false));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.released());
  }

  draw(picture) {
    for (const axes of picture.flat(2)) {
      for (const mark of axes.marks) for (const name of ["x", "y", "u", "v"]) if (name in mark) mark[name] = floats(mark[name]);
      axes.xends = axes.xlim ?? this.ends(axes.marks, "x");
      axes.yends = axes.ylim ?? this.ends(axes.marks, "y");
    }
    this.picture = picture;
    this.canvas.setAttribute("aria-label", picture.flat(2).map(axes => axes.title || axes.y).filter(Boolean).join("; "));
    this.redraw();
  }

  ends(marks, name) {
    let low = Infinity, high = -Infinity;
    for (const mark of marks) {
      if (mark.kind === "image") {
        const [left, right, bottom, top] = mark.extent, pair = name === "x" ? [left, right] : [bottom, top];
        return pair;
      }
      if (mark.kind === "bars" && name === "y") { low = Math.min(low, 0); high = Math.max(high, 0); }
      for (const value of mark[name] ?? []) if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    }
    if (low > high) return [0, 1];
    const margin = (high - low) * 0.05 || 1;
    return [low - margin, high + margin];
  }

  redraw() {
    if (!this.picture) return;
    const scale = devicePixelRatio || 1, box = this.canvas.getBoundingClientRect();
    const width = Math.round(box.width * scale), height = Math.round(box.height * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, box.width, box.height);
    this.unit = Math.max(12, Math.min(19, Math.sqrt(box.width * box.height) / 52));   // letters grow with the screen
    this.boxes = [];
    this.font(0.85);
    for (const axes of this.picture.flat(2)) this.tick(axes, box.width, box.height);
    this.stack(this.picture, 0, 0, box.width, box.height);
  }

  stack(rows, x, y, width, height) {    // rows below each other; a row holds axes, or columns of further rows
    const size = (item, name) => Array.isArray(item) ? Math.max(...item.flat().map(axes => axes[name])) : item[name];
    const total = rows.reduce((sum, row) => sum + size([row].flat(), "height"), 0);
    const gutter = Math.max(...rows.map(row => [row].flat()[0]).filter(axes => !Array.isArray(axes)).map(axes => axes.gutter));
    const shares = rows.map(row => size([row].flat(), "height") / total * height), least = rows.map(row => this.least(row));
    const short = shares.map((share, k) => share < least[k]), add = (all, each) => all + each;
    const left = height - least.filter((_, k) => short[k]).reduce(add, 0), long = shares.filter((_, k) => !short[k]).reduce(add, 0);
    for (const [k, row] of rows.entries()) {
      const high = short[k] ? least[k] : shares[k] * left / long, items = [row].flat();
      const wide = items.reduce((sum, item) => sum + size(item, "width"), 0);
      let edge = x;
      for (const item of items) {
        const share = size(item, "width") / wide * width;
        if (Array.isArray(item)) this.stack(item.map(axes => [axes]), edge, y, share, high);
        else this.axes(item, edge, y, share, high, item === items[0] && !item.square ? gutter : item.gutter);
        edge += share;
      }
      y += high;
    }
  }

  least(row) {                          // the height below which a row would lose its title and its labels
    const needs = [row].flat().filter(item => !Array.isArray(item)).map(axes => (axes.title ? 2.1 : 0.9) + (axes.x ? 3.1 : 1.5)
      + (axes.marks.some(mark => mark.label) ? 1.4 : 0) + 2);
    return Math.max(0, ...needs) * this.unit;
  }

  tick(axes, width, height) {           // the numbers along an axis, and the room that they need
    const u = this.unit, [x0, x1] = axes.xends, [y0, y1] = axes.yends, bare = axes.square && !axes.xticks && !axes.x;
    axes.up = axes.yticks ?? (bare ? [] : ticks(Math.min(y0, y1), Math.max(y0, y1), Math.min(6, height * axes.height / 3 / (2.6 * u))));
    axes.wide = Math.max(0, ...axes.up.map(([, words]) => this.context.measureText(words).width));
    axes.gutter = (axes.wide ? axes.wide + 0.9 * u : 0.8 * u) + (axes.y ? 1.5 * u : 0);
  }

  font(size = 1, weight = "") { this.context.font = `${weight} ${this.unit * size}px system-ui, "DejaVu Sans", sans-serif`; }

  axes(axes, left, top, width, height, gutter) {
    const c = this.context, u = this.unit, bar = axes.marks.some(mark => mark.scale);
    const named = axes.marks.filter(mark => mark.label);
    const inner = { x: left + gutter, y: top + (axes.title ? 2.1 * u : 0.9 * u) + (named.length ? 1.4 * u : 0) };
    inner.w = left + width - inner.x - (bar ? 5.2 * u : 1.3 * u);
    inner.h = top + height - inner.y - (axes.x ? 3.1 * u : 1.5 * u);
    if (inner.w < 10 || inner.h < 10) return;
    const [[x0, x1], [y0, y1]] = [axes.xends, axes.yends];
    if (axes.square) {
      const size = Math.min(inner.w / Math.abs(x1 - x0), inner.h / Math.abs(y1 - y0));
      const [w, h] = [size * Math.abs(x1 - x0), size * Math.abs(y1 - y0)];
      Object.assign(inner, { x: inner.x + (inner.w - w) / 2, y: inner.y + (inner.h - h) / 2, w, h });
    }
    const px = axes.log ? value => inner.x + inner.w * Math.log(value / x0) / Math.log(x1 / x0) : value => inner.x + inner.w * (value - x0) / (x1 - x0);
    const py = value => inner.y + inner.h * (y1 - value) / (y1 - y0);
    this.boxes.push({ axes, inner, value: y => y1 - (y - inner.y) / inner.h * (y1 - y0) });
    this.frame(axes, inner, px, py);
    c.save();
    c.beginPath(); c.rect(inner.x, inner.y - 2, inner.w, inner.h + 4); c.clip();
    for (const mark of axes.marks) if (mark.kind === "band") this.band(mark, px, py, inner);
    for (const mark of axes.marks) if (mark.kind !== "band") this[mark.kind](mark, px, py, inner);
    c.restore();
    if (named.length) this.legend(named, inner);
    for (const mark of axes.marks) if (mark.scale) this.scale(mark, inner);
  }

  frame(axes, { x, y, w, h }, px, py) {
    const c = this.context, u = this.unit, [x0, x1] = axes.xends, named = axes.marks.some(mark => mark.label);
    const bare = axes.square && !axes.xticks && !axes.x;
    c.strokeStyle = FRAME; c.fillStyle = INK; c.lineWidth = 1; c.beginPath();
    if (!bare) { c.moveTo(x, y); c.lineTo(x, y + h); c.lineTo(x + w, y + h); }
    this.font(0.85); c.textAlign = "center"; c.textBaseline = "top";
    const along = axes.xticks ?? (bare ? [] : axes.log ? decades(x0, x1) : ticks(Math.min(x0, x1), Math.max(x0, x1), w / (4 * u)));
    for (const [value, words] of along) { c.moveTo(px(value), y + h); c.lineTo(px(value), y + h + 4); c.fillText(words, px(value), y + h + 6); }
    c.textAlign = "right"; c.textBaseline = "middle";
    for (const [value, words] of axes.up) { c.moveTo(x, py(value)); c.lineTo(x - 4, py(value)); c.fillText(words, x - 7, py(value)); }
    c.stroke();
    this.font(); c.textAlign = "center"; c.textBaseline = "alphabetic";
    if (axes.x) c.fillText(axes.x, x + w / 2, y + h + 2.75 * u);
    if (axes.y) {
      c.save(); c.translate(x - axes.wide - 1.15 * u, y + h / 2); c.rotate(-Math.PI / 2);
      this.font(Math.min(1, Math.max(0.7, (h + 1.5 * u) / (c.measureText(axes.y).width || 1)))); c.fillText(axes.y, 0, 0.3 * u); c.restore();
    }
    if (axes.title) {
      this.font(1.05, "600");
      const wide = c.measureText(axes.title).width, most = w + 2.5 * u;
      if (wide > most) this.font(Math.max(0.62, 1.05 * most / wide), "600");
      c.fillText(axes.title, x + w / 2, y - (named ? 2.05 : 0.65) * u);
    }
  }

  line({ x, y, colour, width, dash, step }, px, py) {
    const c = this.context;
    c.strokeStyle = colour; c.lineWidth = width * this.unit / 14; c.lineJoin = "round"; c.setLineDash(dash ? [7, 5] : []);
    c.beginPath();
    let pen = false;
    for (let k = 0; k < x.length; k++) {
      if (!Number.isFinite(y[k]) || !Number.isFinite(x[k])) { pen = false; continue; }
      if (pen && step) c.lineTo(px(x[k]), py(y[k - 1]));
      if (pen) c.lineTo(px(x[k]), py(y[k])); else c.moveTo(px(x[k]), py(y[k]));
      pen = true;
    }
    c.stroke(); c.setLineDash([]);
  }

  dots({ x, y, colour, size, hollow }, px, py) {
    const c = this.context, radius = size * this.unit / 14;
    c.fillStyle = hollow ? "#fff" : colour; c.strokeStyle = colour; c.lineWidth = 2;
    for (let k = 0; k < x.length; k++) {
      c.beginPath(); c.arc(px(x[k]), py(y[k]), radius, 0, 2 * Math.PI); c.fill();
      if (hollow) c.stroke();
    }
  }

  raster({ x, y, colour, height }, px, py) {
    const c = this.context, long = Math.max(Math.abs(py(height) - py(0)), 3), wide = this.unit / 14 * (x.length > 3000 ? 1.2 : 1.8);
    c.fillStyle = colour;
    for (let k = 0; k < x.length; k++) c.fillRect(px(x[k]) - wide / 2, py(y[k]) - long / 2, wide, long);
  }

  bars({ x, y, colour, width }, px, py) {
    const c = this.context;
    c.fillStyle = colour;
    for (let k = 0; k < x.length; k++) {
      const left = px(x[k] - width / 2), right = px(x[k] + width / 2);
      c.fillRect(left, Math.min(py(y[k]), py(0)), Math.max(right - left, 1), Math.abs(py(y[k]) - py(0)));
    }
  }

  image({ pixels, shape: [height, width], signed, extent: [left, right, bottom, top] }, px, py) {
    const c = this.context, made = new OffscreenCanvas(width, height), inside = made.getContext("2d");
    const data = inside.createImageData(width, height), levels = atob(pixels);
    for (let k = 0; k < levels.length; k++) data.data.set([...colour(levels.charCodeAt(k) / 255, signed), 255], 4 * k);
    inside.putImageData(data, 0, 0);
    c.imageSmoothingEnabled = false;
    c.drawImage(made, px(left), py(top), px(right) - px(left), py(bottom) - py(top));
  }

  arrows({ x, y, u, v, colour }, px, py, inner) {
    const c = this.context, long = 0.022 * Math.sqrt(inner.w * inner.h);
    c.strokeStyle = colour; c.lineWidth = 1.2; c.beginPath();
    for (let k = 0; k < x.length; k++) {
      let dx = px(x[k] + u[k]) - px(x[k]), dy = py(y[k] + v[k]) - py(y[k]);
      const size = Math.hypot(dx, dy);
      if (!size) continue;
      dx *= long / size; dy *= long / size;
      const [ex, ey] = [px(x[k]) + dx, py(y[k]) + dy];
      c.moveTo(px(x[k]) - dx, py(y[k]) - dy); c.lineTo(ex, ey);
      for (const side of [1, -1]) { c.moveTo(ex, ey); c.lineTo(ex - 0.5 * dx + side * 0.3 * dy, ey - 0.5 * dy - side * 0.3 * dx); }
    }
    c.stroke();
  }

  text({ at: [x, y], words, colour, align, size }, px, py) {
    const c = this.context;
    this.font(0.9 * size); c.fillStyle = colour; c.textAlign = align; c.textBaseline = "middle";
    c.fillText(words, px(x), py(y));
  }

  band({ ends: [begin, end], colour }, px, py, inner) {
    this.context.fillStyle = colour;
    this.context.fillRect(px(begin), inner.y, px(end) - px(begin), inner.h);
  }

  level(mark, px, py, inner) { this.dashed(mark.colour, inner.x, py(mark.value), inner.x + inner.w, py(mark.value)); }
  moment(mark, px, py, inner) { this.dashed(mark.colour, px(mark.value), inner.y, px(mark.value), inner.y + inner.h); }

  dashed(colour, x0, y0, x1, y1) {
    const c = this.context;
    c.strokeStyle = colour; c.lineWidth = 1.6 * this.unit / 14; c.setLineDash([7, 5]);
    c.beginPath(); c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke(); c.setLineDash([]);
  }

  legend(marks, { x, y, w }) {          // one line above the axes, smaller where it would not fit
    const c = this.context, u = this.unit, sign = 2.2 * u, gap = 1.1 * u;
    this.font(0.9);
    const total = marks.reduce((sum, mark) => sum + sign + gap + c.measureText(mark.label).width, -gap);
    const fit = Math.min(1, (w + u) / total), middle = y - 0.85 * u;
    this.font(0.9 * fit);
    let left = x + w - total * fit;
    for (const mark of marks) {
      const next = left + (sign + gap) * fit + c.measureText(mark.label).width, end = left + (sign - 0.4 * u) * fit;
      c.strokeStyle = c.fillStyle = mark.colour; c.lineWidth = 3;
      c.setLineDash(mark.dash || mark.kind === "level" || mark.kind === "moment" ? [5, 4] : []);
      c.beginPath();
      if (mark.kind === "dots") { c.arc((left + end) / 2, middle, 4, 0, 7); c.fill(); }
      else if (mark.kind === "bars" || mark.kind === "band") c.fillRect(left + 0.4 * u, middle - 0.4 * u, end - left - 0.4 * u, 0.8 * u);
      else { c.moveTo(left, middle); c.lineTo(end, middle); c.stroke(); }
      c.setLineDash([]); c.fillStyle = INK; c.textAlign = "left"; c.textBaseline = "middle";
      c.fillText(mark.label, left + sign * fit, middle);
      left = next;
    }
  }

  scale({ signed, low, high, scale }, { x, y, w, h }) {
    const c = this.context, u = this.unit, left = x + w + 0.7 * u;
    for (let k = 0; k < 64; k++) {
      c.fillStyle = `rgb(${colour(1 - k / 63, signed).map(Math.round)})`;
      c.fillRect(left, y + h * k / 64, 0.9 * u, h / 64 + 1);
    }
    c.strokeStyle = FRAME; c.strokeRect(left, y, 0.9 * u, h);
    this.font(0.8); c.fillStyle = INK; c.textAlign = "left"; c.textBaseline = "middle";
    for (const [value, words] of ticks(low, high, 4)) c.fillText(words, left + 1.1 * u, y + h * (high - value) / (high - low));
    c.save(); c.translate(left + 3.9 * u, y + h / 2); c.rotate(-Math.PI / 2); c.textAlign = "center"; c.fillText(scale, 0, 0); c.restore();
  }

  pressed(event, down) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    if (down) {
      const hit = this.boxes.find(({ axes, inner: i }) => axes.push && x >= i.x && x <= i.x + i.w && y >= i.y && y <= i.y + i.h);
      if (!hit) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.pushed = hit.axes.push;
    }
    const target = this.pushed && this.boxes.find(({ axes }) => axes.push === this.pushed);
    if (target) this.push(this.pushed, target.value(y));
  }

  released() {
    if (this.pushed) this.push(this.pushed, null);
    this.pushed = null;
  }
}
