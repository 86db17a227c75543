//! Components: content lines between BEGIN and END, as a tree. Forgiving: a missing or foreign END
//! loses nothing but becomes a remark.

use super::{NO_END, Remarks, lines, lines::Property, shown};

/// How deep components may lie in each other; what lies deeper is left out.
const DEEPEST: usize = 8;
/// The most components of any sort.
const MOST: usize = 2_000_000;

/// Components that never lie in one another, so that a BEGIN of one ends another left open.
const SIBLINGS: [&str; 6] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VCARD"];

/// One component.
#[derive(Debug, Default)]
pub(crate) struct Component<'a> {
    /// In upper case: `VEVENT`.
    pub name: String,
    /// The line of its BEGIN.
    pub line: usize,
    /// The bytes it begins at and ends before.
    pub span: (usize, usize),
    /// Its own properties, in order.
    pub properties: Vec<Property<'a>>,
    /// What lies in it, in order.
    pub children: Vec<Component<'a>>,
}

impl<'a> Component<'a> {
    /// Its first property of this name.
    pub fn get(&self, name: &str) -> Option<&Property<'a>> {
        self.properties.iter().find(|p| p.is(name))
    }

    /// Counts its lines from so many further down.
    pub fn move_down(&mut self, lines: usize) {
        self.line += lines;
        self.properties.iter_mut().for_each(|p| p.line += lines);
        self.children.iter_mut().for_each(|child| child.move_down(lines));
    }

    /// All its properties of this name.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Property<'a>> {
        self.properties.iter().filter(move |p| p.is(name))
    }

    /// Whether a property of this name has this value, in any case.
    pub fn says(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|p| p.value().trim().eq_ignore_ascii_case(value))
    }
}

/// Reads the tree; its root has no name.
pub(crate) fn tree<'a>(bytes: &'a [u8], remarks: &mut Remarks) -> Component<'a> {
    read(bytes, None, remarks)
}

/// Hands over what lies in calendars, or in none, piece by piece as it ends, each with what it lies
/// in as far as that has been read. Nothing of it is held.
pub(crate) fn each<'a>(
    bytes: &'a [u8],
    remarks: &mut Remarks,
    sink: &mut Sink<'_, 'a>,
) -> Component<'a> {
    read(bytes, Some(sink), remarks)
}

/// Takes a piece and what it lies in.
pub(crate) type Sink<'s, 'a> = dyn FnMut(Component<'a>, &Component<'a>, &mut Remarks) + 's;

fn read<'a>(
    bytes: &'a [u8],
    sink: Option<&mut Sink<'_, 'a>>,
    remarks: &mut Remarks,
) -> Component<'a> {
    let mut tree = Tree { stack: vec![Component::default()], too_deep: 0, count: 0, sink };
    lines::properties(bytes, remarks, |property, remarks| tree.take(property, remarks));
    while tree.stack.len() > 1 {
        if let Some(open) = tree.stack.last() {
            remarks.add(open.line, format!("{}{NO_END}", shown(&open.name)));
        }
        tree.close(bytes.len(), remarks);
    }
    tree.stack.pop().unwrap_or_default()
}

/// [`tree`] of a text that does not last.
pub(crate) fn tree_of(bytes: &[u8], remarks: &mut Remarks) -> Component<'static> {
    owned(tree(bytes, remarks))
}

fn owned(component: Component<'_>) -> Component<'static> {
    Component {
        name: component.name,
        line: component.line,
        span: component.span,
        properties: component.properties.into_iter().map(Property::into_owned).collect(),
        children: component.children.into_iter().map(owned).collect(),
    }
}

struct Tree<'s, 'k, 'a> {
    stack: Vec<Component<'a>>,
    /// Open components that are left out because they lie too deep.
    too_deep: usize,
    count: usize,
    sink: Option<&'s mut Sink<'k, 'a>>,
}

impl<'a> Tree<'_, '_, 'a> {
    fn take(&mut self, property: Property<'a>, remarks: &mut Remarks) {
        if property.is("BEGIN") {
            self.begin(&property, remarks);
        } else if property.is("END") {
            self.end(&property, remarks);
        } else if self.too_deep > 0 {
        } else if self.stack.len() > 1 {
            if let Some(open) = self.stack.last_mut() {
                open.properties.push(property);
            }
        } else {
            remarks.add(
                property.line,
                format!(
                    "{} stands outside every component: it is left out",
                    shown(property.name())
                ),
            );
        }
    }

    fn begin(&mut self, property: &Property<'a>, remarks: &mut Remarks) {
        let name = property.value().trim().to_ascii_uppercase();
        self.count += 1;
        if self.too_deep > 0 || self.stack.len() > DEEPEST || self.count > MOST {
            if self.too_deep == 0 {
                let reason = if self.count > MOST { "one too many" } else { "nested too deep" };
                remarks.add(property.line, format!("{} is {reason}: it is left out", shown(&name)));
            }
            self.too_deep += 1;
            return;
        }
        if SIBLINGS.contains(&name.as_str()) {
            while self.stack.iter().any(|open| SIBLINGS.contains(&open.name.as_str())) {
                if let Some(open) = self.stack.last() {
                    let text = format!("{}{NO_END}", shown(&open.name));
                    remarks.add(open.line, text);
                }
                self.close(property.at, remarks);
            }
        }
        let span = (property.at, property.at);
        self.stack.push(Component { name, line: property.line, span, ..Component::default() });
    }

    fn end(&mut self, property: &Property<'a>, remarks: &mut Remarks) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let name = property.value().trim();
        let Some(at) = self.stack.iter().rposition(|c| c.name.eq_ignore_ascii_case(name)) else {
            remarks.add(property.line, format!("END:{} has no BEGIN: it is left out", shown(name)));
            return;
        };
        while self.stack.len() > at.max(1) {
            if self.stack.len() > at + 1
                && let Some(open) = self.stack.last()
            {
                let text = format!("{}{NO_END}", shown(&open.name));
                remarks.add(open.line, text);
            }
            let own = self.stack.len() == at + 1;
            self.close(property.at + if own { property.raw().len() } else { 0 }, remarks);
        }
    }

    fn close(&mut self, end: usize, remarks: &mut Remarks) {
        if self.stack.len() > 1
            && let Some(mut done) = self.stack.pop()
        {
            done.span.1 = end;
            let is_in_calendars = self.stack.iter().skip(1).all(|c| c.name == "VCALENDAR");
            let is_piece = done.name != "VCALENDAR" && is_in_calendars;
            let Some(parent) = self.stack.last_mut() else { return };
            match (&mut self.sink, is_piece) {
                (Some(sink), true) => sink(done, parent, remarks),
                (Some(_) | None, _) => parent.children.push(done),
            }
        }
    }
}
