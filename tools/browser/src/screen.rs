//! What a page is shown on.

/// A screen, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
    /// Whether it is touched, and has two pixels for each of CSS.
    pub is_phone: bool,
}

impl Screen {
    /// A small desktop's window.
    pub const DESKTOP: Self =
        Self { width: 1280, height: 900, is_phone: false };

    /// A phone, held upright.
    pub const PHONE: Self = Self { width: 390, height: 844, is_phone: true };
}
