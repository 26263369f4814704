//! What may stand under and inside an entry macro.
//!
//! Every refusal points at the words that are wrong and says what would be right. Several
//! mistakes are reported together.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, FnArg, ItemFn, LitStr, Result, Safety, Signature};

/// Reads the function under the macro and checks that a process can start in it.
pub(crate) fn function(tokens: TokenStream) -> Result<ItemFn> {
    let function: ItemFn = syn::parse2(tokens).map_err(|error| {
        Error::new(error.span(), format!("an entry macro belongs on a function: {error}"))
    })?;
    let mut refusals = Refusals::default();
    check(&function.sig, &mut refusals);
    refusals.result().map(|()| function)
}

fn check(signature: &Signature, refusals: &mut Refusals) {
    let Signature { asyncness, safety, abi, generics, inputs, variadic, .. } = signature;
    refusals.refuse(asyncness.as_ref(), "an entry function cannot be async: nothing would run it");
    let unsafety = Some(safety).filter(|safety| matches!(safety, Safety::Unsafe(_)));
    refusals.refuse(unsafety, "an entry function cannot be unsafe: nobody could keep its contract");
    refusals.refuse(abi.as_ref(), "an entry function has Rust's own calling convention");
    if !generics.params.is_empty() {
        refusals.refuse(Some(&generics.params), "an entry function cannot be generic");
    }
    refusals.refuse(generics.where_clause.as_ref(), "an entry function cannot be generic");
    for input in inputs {
        let advice = match input {
            FnArg::Receiver(_) => "an entry function cannot be a method",
            _ => {
                "an entry function takes no arguments: what a process is given stands in \
                  system.json5"
            }
        };
        refusals.refuse(Some(input), advice);
    }
    refusals.refuse(variadic.as_ref(), "an entry function takes no arguments");
}

/// Reads the name in `#[process_entry("name")]`.
pub(crate) fn name(arguments: TokenStream) -> Result<LitStr> {
    let form = "write the process's name: #[process_entry(\"name\")]";
    let name: LitStr = syn::parse2(arguments).map_err(|error| Error::new(error.span(), form))?;
    let value = name.value();
    if value.is_empty() {
        return Err(Error::new(name.span(), "the process's name is empty"));
    }
    if value.chars().any(char::is_control) || value.trim() != value {
        let message = "the process's name has a control character, or a blank at an end";
        return Err(Error::new(name.span(), message));
    }
    Ok(name)
}

/// Checks that nothing stands in `#[entry]`.
pub(crate) fn no_arguments(arguments: TokenStream) -> Result<()> {
    if arguments.is_empty() {
        return Ok(());
    }
    let advice = "#[entry] takes nothing; #[process_entry(\"name\")] takes the process's name";
    Err(Error::new_spanned(arguments, advice))
}

/// All that is wrong with one function.
#[derive(Default)]
struct Refusals(Option<Error>);

impl Refusals {
    /// Refuses the words, if they are there.
    fn refuse(&mut self, words: Option<impl ToTokens>, message: &str) {
        let Some(words) = words else { return };
        let error = Error::new_spanned(words, message);
        match &mut self.0 {
            Some(first) => first.combine(error),
            none => *none = Some(error),
        }
    }

    fn result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    /// Everything that is said against a function.
    fn said_of_function(tokens: TokenStream) -> Vec<String> {
        let error = function(tokens).err();
        error.into_iter().flatten().map(|error| error.to_string()).collect()
    }

    #[test]
    fn a_plain_function_passes() {
        for plain in [
            quote!(
                fn main() {}
            ),
            quote!(
                pub(crate) fn start() -> ! {
                    loop {}
                }
            ),
            quote!(
                #[inline(never)]
                fn any_name_will_do() -> Result<()> {
                    Ok(())
                }
            ),
        ] {
            assert_eq!(said_of_function(plain), [""; 0]);
        }
    }

    #[test]
    fn what_no_process_can_start_in_is_refused() {
        let cases = [
            (
                quote!(
                    fn main(argument: u32) {}
                ),
                "takes no arguments",
            ),
            (
                quote!(
                    fn main(self) {}
                ),
                "cannot be a method",
            ),
            (
                quote!(
                    async fn main() {}
                ),
                "cannot be async",
            ),
            (
                quote!(
                    unsafe fn main() {}
                ),
                "cannot be unsafe",
            ),
            (
                quote!(
                    extern "C" fn main() {}
                ),
                "Rust's own calling convention",
            ),
            (
                quote!(
                    fn main<T>() {}
                ),
                "cannot be generic",
            ),
            (
                quote!(
                    fn main<'a>() {}
                ),
                "cannot be generic",
            ),
            (
                quote!(
                    fn main()
                    where
                        u32: Copy,
                    {
                    }
                ),
                "cannot be generic",
            ),
            (
                quote!(
                    struct Main;
                ),
                "belongs on a function",
            ),
            (quote!(), "belongs on a function"),
        ];
        for (tokens, expected) in cases {
            let said = said_of_function(tokens.clone());
            assert!(said.len() == 1 && said[0].contains(expected), "{tokens}: {said:?}");
        }
    }

    #[test]
    fn several_mistakes_are_said_together() {
        let said = said_of_function(quote!(
            async unsafe fn main<T>(one: T, two: T) {}
        ));
        assert_eq!(said.len(), 5, "{said:?}");
    }

    #[test]
    fn a_name_is_one_printable_string() {
        assert_eq!(name(quote!("greeter")).unwrap().value(), "greeter");
        assert_eq!(name(quote!("café 2")).unwrap().value(), "café 2");
        let cases = [
            (quote!(), "write the process's name"),
            (quote!(greeter), "write the process's name"),
            (quote!(name = "greeter"), "write the process's name"),
            (quote!(b"greeter"), "write the process's name"),
            (quote!("one", "two"), "write the process's name"),
            (quote!(""), "is empty"),
            (quote!("line\nbreak"), "control character"),
            (quote!("nul\0"), "control character"),
            (quote!(" greeter"), "blank at an end"),
        ];
        for (tokens, expected) in cases {
            let said = name(tokens.clone()).map(|_| ()).unwrap_err().to_string();
            assert!(said.contains(expected), "{tokens}: {said}");
        }
    }

    #[test]
    fn entry_takes_nothing() {
        assert!(no_arguments(TokenStream::new()).is_ok());
        let said = no_arguments(quote!("greeter")).unwrap_err().to_string();
        assert!(said.contains("#[entry] takes nothing"), "{said}");
    }
}
