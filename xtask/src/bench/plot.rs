use std::fmt::Write as _;

/// Bars on a logarithmic scale, as an SVG: who, how much, and whether it is ours.
pub(super) fn bars(title: &str, unit: &str, bars: &[(&str, f64, bool)]) -> String {
    let least = bars.iter().map(|bar| bar.1).fold(f64::INFINITY, f64::min);
    let most = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    // The shortest bar is to be seen, too.
    let start = least / 2.0;
    let scale = f64::from(LENGTH) / (most / start).ln().max(f64::MIN_POSITIVE);
    let height = 56 + 30 * bars.len();
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="system-ui, sans-serif" font-size="14">
<rect width="720" height="{height}" fill="#ffffff"/>
<text x="16" y="28" font-size="16" font-weight="600" fill="#1b1f24">{title}</text>
"##
    );
    for (index, (name, value, ours)) in bars.iter().enumerate() {
        let top = 46 + 30 * index;
        let length = (value / start).ln() * scale;
        let color = if *ours { "#2f4bdb" } else { "#9aa4b2" };
        let (text, end) = (top + 16, 226.0 + length);
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            r##"<text x="206" y="{text}" text-anchor="end" fill="#1b1f24">{name}</text>
<rect x="216" y="{top}" width="{length:.1}" height="22" rx="3" fill="{color}"/>
<text x="{end:.1}" y="{text}" fill="#1b1f24">{value:.3} {unit}</text>
"##
        );
    }
    svg + "</svg>\n"
}

const LENGTH: u16 = 380;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_bar_is_more_and_each_has_its_name() {
        let svg = bars("CPU", "ms", &[("ours", 1.0, true), ("theirs", 10.0, false)]);
        let widths: Vec<f64> = svg
            .split("width=\"")
            .filter_map(|part| part.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(widths.len(), 3, "{svg}");
        assert!(widths[1] > 0.0 && widths[1] < widths[2] && widths[2] <= 380.0);
        assert!(svg.contains(">ours<") && svg.contains(">theirs<"));
    }
}
