use std::fmt::Write as _;

/// Lines over a logarithmic axis, as an SVG for a light page and a dark one.
pub(super) struct Lines<'a> {
    pub(super) title: &'a str,
    /// What the axis across counts; it is marked where there are points.
    pub(super) across: &'a str,
    /// What the axis up counts, and in what.
    pub(super) up: &'a str,
    pub(super) scale: Scale,
    pub(super) series: Vec<Line>,
}

/// How the axis up is divided.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From 0, evenly.
    Even,
    /// By powers of ten.
    Logarithmic,
}

/// A line, and the name that stands at its end.
pub(super) struct Line {
    pub(super) name: String,
    /// Which of [`COLORS`].
    pub(super) color: usize,
    pub(super) dashed: bool,
    /// From left to right.
    pub(super) points: Vec<(f64, f64)>,
}

impl Lines<'_> {
    /// The whole file.
    pub(super) fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|line| &line.points);
        let mut across: Vec<f64> = points().map(|point| point.0).collect();
        across.sort_by(f64::total_cmp);
        across.dedup();
        let least = points().map(|point| point.1).fold(f64::INFINITY, f64::min);
        let most = points().map(|point| point.1).fold(0.0, f64::max);
        let ticks = self.scale.ticks(least, most);
        let x = |value: f64| {
            let part = |value: f64| value.ln();
            place(&across, value, part, LEFT, RIGHT)
        };
        let y = |value: f64| match self.scale {
            Scale::Even => place(&ticks, value, |value| value, BOTTOM, TOP),
            Scale::Logarithmic => place(&ticks, value, f64::ln, BOTTOM, TOP),
        };

        let mut svg = self.frame();
        // Writing to a string cannot fail.
        for tick in &ticks {
            let (y, text) = (y(*tick), number(*tick));
            let _ = write!(
                svg,
                r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/>
<text x="{}" y="{:.1}" text-anchor="end">{text}</text>
"#,
                LEFT - 8.0,
                y + 4.5
            );
        }
        for tick in &across {
            let (x, text) = (x(*tick), number(*tick));
            let _ = write!(
                svg,
                r#"<path class="grid" d="M{x:.1} {TOP}V{BOTTOM}"/>
<text x="{x:.1}" y="{}" text-anchor="middle">{text}</text>
"#,
                BOTTOM + 20.0
            );
        }
        for line in &self.series {
            line.draw(&x, &y, &mut svg);
        }
        for (line, place) in self.series.iter().zip(self.places(&y)) {
            let (color, name) = (line.color, &line.name);
            let _ = writeln!(
                svg,
                r#"<text class="c{color}" fill="currentColor" x="{}" y="{:.1}">{name}</text>"#,
                RIGHT + 10.0,
                place + 4.5
            );
        }
        svg + "</svg>\n"
    }

    fn frame(&self) -> String {
        let Self {
            title, across, up, ..
        } = self;
        let colors = |shade: fn(&[&'static str; 2]) -> &'static str| {
            let rules = COLORS.iter().enumerate();
            rules.fold(String::new(), |rules, (index, color)| {
                rules + &format!(" .c{index} {{ color: {} }}", shade(color))
            })
        };
        let (light, dark) = (colors(|color| color[0]), colors(|color| color[1]));
        let (middle, below) = (f64::midpoint(LEFT, RIGHT), BOTTOM + 42.0);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif" font-size="13">
<style>
.ground {{ fill: #ffffff }} .ink {{ fill: #1b1f24 }} text {{ fill: #59636e }} .grid {{ stroke: #e3e7ec }}{light}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #0d1117 }} .ink {{ fill: #e6edf3 }} text {{ fill: #9198a1 }} .grid {{ stroke: #272d36 }}{dark}
}}
text[fill] {{ fill: currentColor }}
</style>
<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>
<text class="ink" x="16" y="26" font-size="16" font-weight="600">{title}</text>
<text x="16" y="48">{up}</text>
<text x="{middle}" y="{below}" text-anchor="middle">{across}</text>
"#
        )
    }

    /// The heights of the names, each near its line's end and none upon another.
    fn places(&self, y: &impl Fn(f64) -> f64) -> Vec<f64> {
        let ends = self.series.iter().map(|line| line.points.last());
        let mut places: Vec<_> = ends
            .map(|end| end.map_or(TOP, |end| y(end.1)))
            .enumerate()
            .collect();
        places.sort_by(|one, other| one.1.total_cmp(&other.1));
        let mut free = TOP;
        for (_, place) in &mut places {
            *place = place.max(free);
            free = *place + NAME;
        }
        // What was pushed out below goes up again.
        let mut free = BOTTOM;
        for (_, place) in places.iter_mut().rev() {
            *place = place.min(free);
            free = *place - NAME;
        }
        places.sort_by_key(|place| place.0);
        places.into_iter().map(|place| place.1).collect()
    }
}

impl Line {
    fn draw(&self, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64, svg: &mut String) {
        let (color, mut path, mut dots) = (self.color, String::new(), String::new());
        for (index, point) in self.points.iter().enumerate() {
            let (x, y) = (x(point.0), y(point.1));
            let to = if index == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(path, "{to}{x:.1} {y:.1}");
            let _ = write!(dots, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3"/>"#);
        }
        let dash = if self.dashed {
            r#" stroke-dasharray="6 4""#
        } else {
            ""
        };
        let _ = writeln!(
            svg,
            r#"<g class="c{color}"><path fill="none" stroke="currentColor" stroke-width="2"{dash} d="{path}"/><g fill="currentColor">{dots}</g></g>"#
        );
    }
}

impl Scale {
    /// The marks of an axis that has room for both.
    fn ticks(self, least: f64, most: f64) -> Vec<f64> {
        match self {
            Self::Even => {
                let rough = most.max(f64::MIN_POSITIVE) / 5.0;
                let power = 10_f64.powf(rough.log10().floor());
                let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
                let step = steps.into_iter().find(|step| *step >= rough);
                let step = step.unwrap_or(rough);
                let enough = (most / step).ceil() * step;
                let ticks = (0..=10_u8).map(|tick| f64::from(tick) * step);
                ticks.take_while(|tick| *tick <= enough).collect()
            }
            Self::Logarithmic => {
                let mut ticks = vec![10_f64.powf(least.log10().floor())];
                while let Some(last) = ticks.last().filter(|last| **last < most) {
                    ticks.push(last * 10.0);
                }
                ticks
            }
        }
    }
}

/// Where a value stands between `from` and `to`, on an axis with these marks.
fn place(ticks: &[f64], value: f64, part: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let ends = ticks.first().zip(ticks.last());
    let (first, last) = ends.map_or((0.0, 1.0), |(first, last)| (part(*first), part(*last)));
    let whole = (last - first).max(f64::MIN_POSITIVE);
    from + (part(value) - first) / whole * (to - from)
}

/// As it is read: 0.1, 512, 10,000.
pub(super) fn number(value: f64) -> String {
    if value < 1000.0 {
        return format!("{}", (value * 1000.0).round() / 1000.0);
    }
    let text = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// On a light page, and on a dark one.
const COLORS: [[&str; 2]; 6] = [
    ["#2f4bdb", "#8da2ff"],
    ["#c2410c", "#fb923c"],
    ["#0f766e", "#2dd4bf"],
    ["#9333ea", "#d8b4fe"],
    ["#a16207", "#facc15"],
    ["#6b7280", "#9ca3af"],
];

const WIDTH: u16 = 720;
const HEIGHT: u16 = 380;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 530.0;
const TOP: f64 = 66.0;
const BOTTOM: f64 = 320.0;
/// How much height a name takes.
const NAME: f64 = 17.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_room_for_all_there_is() {
        assert_eq!(Scale::Even.ticks(3.0, 9.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(Scale::Logarithmic.ticks(0.2, 30.0), [0.1, 1.0, 10.0, 100.0]);
        let place = |value| place(&[1.0, 100.0], value, f64::ln, 0.0, 8.0);
        assert_eq!((place(1.0), place(10.0)), (0.0, 4.0));
    }

    #[test]
    fn numbers_are_read_in_thousands() {
        assert_eq!(
            [0.1, 512.0, 1000.0, 1_234_567.0].map(number),
            ["0.1", "512", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn a_line_goes_up_where_there_is_more_and_names_keep_apart() {
        let line = |name: &str, end| Line {
            name: name.into(),
            color: 0,
            dashed: false,
            points: vec![(1.0, 1.0), (2.0, end)],
        };
        let lines = Lines {
            title: "calls",
            across: "at once",
            up: "per second",
            scale: Scale::Even,
            series: vec![line("one", 5.0), line("other", 4.9)],
        };
        let svg = lines.svg();
        assert!(svg.contains("d=\"M70.0 269.2L530.0 66.0\""), "{svg}");
        let places = lines.places(&|value| 100.0 - value);
        assert_eq!(places, [95.0, 112.0]);
    }
}
